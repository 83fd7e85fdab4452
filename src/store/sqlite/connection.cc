// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <thread>
#include <utility>

namespace sluice::sqlite {

namespace {

using Kind = StoreFailure::Kind;

struct Meaning {
    int code;
    Kind kind;
    Errc errc;
    const char* words = nullptr; // about the database as a whole; else SQLite's own say enough
};

// The primary result codes that mean something to a caller; all others are bugs of ours.
constexpr Meaning meanings[] = {
    {SQLITE_BUSY, Kind::again, Errc::unavailable, "is locked by another program"},
    {SQLITE_LOCKED, Kind::again, Errc::unavailable, "is locked by another program"},
    {SQLITE_CONSTRAINT, Kind::refused, Errc::conflict},
    {SQLITE_TOOBIG, Kind::refused, Errc::invalid},
    {SQLITE_MISMATCH, Kind::refused, Errc::invalid},
    {SQLITE_FULL, Kind::broken, Errc::unavailable, "cannot grow: the disk is full"},
    {SQLITE_IOERR, Kind::broken, Errc::unavailable, "cannot be read or written"},
    {SQLITE_READONLY, Kind::broken, Errc::unavailable, "is read-only"},
    {SQLITE_CANTOPEN, Kind::broken, Errc::unavailable, "cannot be opened"},
    {SQLITE_PERM, Kind::broken, Errc::unavailable, "may not be written by this user"},
    {SQLITE_AUTH, Kind::broken, Errc::unavailable, "may not be written by this user"},
    {SQLITE_NOMEM, Kind::broken, Errc::overloaded, "needs more memory than there is"},
    {SQLITE_CORRUPT, Kind::broken, Errc::corrupt, "is damaged or cut short"},
    {SQLITE_NOTADB, Kind::broken, Errc::corrupt, "is not an SQLite database"},
};

// Where the operating system said no, its words are clearer than SQLite's.
std::string reason(sqlite3* database, int code)
{
    const int primary = code & 0xff;
    const bool is_system = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN;
    if (const int error = is_system ? sqlite3_system_errno(database) : 0)
        return std::strerror(error);
    return sqlite3_errmsg(database);
}

// Without its statistics of memory SQLite takes no lock for each allocation. It says no when the
// program around us has started it already, which does no harm.
void configure_process()
{
    static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(configured);
}

// Where the statistics are on, most allocations come from memory of the connection, without a lock:
// 600 KB of it, five times of what SQLite takes by itself. If it says no, it is only slower.
void use_own_memory(sqlite3* database)
{
    constexpr int slot_bytes = 1200;
    constexpr int slots = 500;
    sqlite3_db_config(database, SQLITE_DBCONFIG_LOOKASIDE, nullptr, slot_bytes, slots);
}

} // namespace

StoreFailure failure_of(sqlite3* database, int code, std::string_view doing)
{
    for (const Meaning& meaning : meanings) {
        if (meaning.code != (code & 0xff))
            continue;
        std::string detail = fmt::format("{}: {}", doing, reason(database, code));
        if (meaning.words)
            detail = fmt::format(
                "database '{}' {} ({})", sqlite3_db_filename(database, nullptr), meaning.words,
                detail
            );
        return {meaning.kind, {meaning.errc, std::move(detail)}};
    }
    return {Kind::refused, {Errc::corrupt, fmt::format("{}: {}", doing, sqlite3_errmsg(database))}};
}

Prepared::Prepared(sqlite3* database, const Statement& statement, StoreMeter* meter)
    : database_(database), name_(statement.name), meter_(meter)
{
    const int code = sqlite3_prepare_v3(
        database, statement.text.data(), static_cast<int>(statement.text.size()),
        SQLITE_PREPARE_PERSISTENT, &statement_, nullptr
    );
    if (code != SQLITE_OK)
        throw failure_of(database, code, name_);
}

Prepared::~Prepared()
{
    sqlite3_finalize(statement_);
}

void Prepared::bind_null(int index)
{
    sqlite3_bind_null(statement_, index);
}

void Prepared::bind_integer(int index, std::int64_t value)
{
    sqlite3_bind_int64(statement_, index, value);
}

// Values outlive the statement's run, so SQLite need not copy them.
void Prepared::bind_text(int index, std::string_view value)
{
    const int code = sqlite3_bind_text64(
        statement_, index, value.data() ? value.data() : "", value.size(), SQLITE_STATIC,
        SQLITE_UTF8
    );
    if (code != SQLITE_OK)
        fail(code);
}

void Prepared::bind_blob(int index, std::string_view value)
{
    const int code = sqlite3_bind_blob64(
        statement_, index, value.data() ? value.data() : "", value.size(), SQLITE_STATIC
    );
    if (code != SQLITE_OK)
        fail(code);
}

void Prepared::tell(std::chrono::steady_clock::duration took) const
{
    meter_->ran(name_, std::chrono::duration_cast<Micros>(took));
}

bool Prepared::step()
{
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE)
        fail(code);
    sqlite3_reset(statement_);
    return false;
}

void Prepared::fail(int code)
{
    const StoreFailure failure = failure_of(database_, code, name_);
    sqlite3_reset(statement_);
    throw failure;
}

Connection::Connection(
    const std::string& path, StatementObserver* observer, std::chrono::milliseconds busy_wait,
    bool is_guest, std::shared_ptr<const BreakOff> break_off
)
    : break_off_(std::move(break_off)), observer_(observer)
{
    if (!is_guest)
        configure_process();
    OpenFile::refuse_inherited(path);
    const int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(path.c_str(), &database_, flags, nullptr);
    if (code != SQLITE_OK) {
        const StoreFailure failure = failure_of(database_, code, "open");
        sqlite3_close(database_);
        throw failure;
    }
    if (is_guest)
        use_own_memory(database_);
    file_.emplace(path);
    set_busy_wait(busy_wait);
}

Connection::~Connection()
{
    statements_.clear();
    sqlite3_close(database_);
}

Prepared& Connection::prepared(const Statement& statement)
{
    if (observer_)
        observer_->before(statement.name);
    std::unique_ptr<Prepared>& found = statements_[statement.text.data()];
    if (!found)
        found = std::make_unique<Prepared>(database_, statement, meter_);
    return *found;
}

void Connection::execute(const std::string& sql)
{
    const int code = sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        throw failure_of(database_, code, sql.substr(0, 40));
}

void Connection::rollback() noexcept
{
    if (is_in_transaction())
        sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
}

void Connection::set_busy_wait(std::chrono::milliseconds limit) noexcept
{
    busy_wait_ = limit;
    if (break_off_)
        sqlite3_busy_handler(database_, &Connection::wait_for_lock, this);
    else
        sqlite3_busy_timeout(database_, static_cast<int>(limit.count()));
}

// What sqlite3_busy_timeout() does, which cannot be broken off. 0: waits no longer.
int Connection::wait_for_lock(void* self, int times)
{
    using std::chrono::milliseconds;
    constexpr milliseconds pause_max{50};
    Connection& connection = *static_cast<Connection*>(self);
    const auto now = std::chrono::steady_clock::now();
    if (times == 0)
        connection.busy_since_ = now;
    const auto end = connection.busy_since_ + connection.busy_wait_;
    if (now >= end || connection.break_off_->is_given())
        return 0;
    const milliseconds pause = std::min(milliseconds(1 << std::min(times, 6)), pause_max);
    std::this_thread::sleep_until(std::min(now + pause, end));
    return 1;
}

} // namespace sluice::sqlite
