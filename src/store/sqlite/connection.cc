// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/connection.h"

#include <fmt/format.h>

namespace sluice::sqlite {

namespace {

using Kind = StoreFailure::Kind;

struct Meaning {
    int code;
    Kind kind;
    Errc errc;
};

// The primary result codes that mean something to a caller; all others are bugs or damage.
constexpr Meaning meanings[] = {
    {SQLITE_BUSY, Kind::again, Errc::unavailable},
    {SQLITE_LOCKED, Kind::again, Errc::unavailable},
    {SQLITE_CONSTRAINT, Kind::refused, Errc::conflict},
    {SQLITE_TOOBIG, Kind::refused, Errc::invalid},
    {SQLITE_MISMATCH, Kind::refused, Errc::invalid},
    {SQLITE_FULL, Kind::broken, Errc::unavailable},
    {SQLITE_IOERR, Kind::broken, Errc::unavailable},
    {SQLITE_READONLY, Kind::broken, Errc::unavailable},
    {SQLITE_CANTOPEN, Kind::broken, Errc::unavailable},
    {SQLITE_PERM, Kind::broken, Errc::unavailable},
    {SQLITE_NOMEM, Kind::broken, Errc::overloaded},
    {SQLITE_CORRUPT, Kind::broken, Errc::corrupt},
    {SQLITE_NOTADB, Kind::broken, Errc::corrupt},
};

} // namespace

StoreFailure failure_of(sqlite3* database, int code, std::string_view doing)
{
    Error error{
        Errc::corrupt,
        fmt::format("{}: {}", doing, database ? sqlite3_errmsg(database) : sqlite3_errstr(code))};
    for (const Meaning& meaning : meanings)
        if (meaning.code == (code & 0xff)) {
            error.code = meaning.errc;
            return {meaning.kind, std::move(error)};
        }
    return {Kind::refused, std::move(error)};
}

Prepared::Prepared(sqlite3* database, const Statement& statement)
    : database_(database), name_(statement.name)
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

Connection::Connection(const std::string& path, StatementObserver* observer) : observer_(observer)
{
    const int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(path.c_str(), &database_, flags, nullptr);
    if (code != SQLITE_OK) {
        const StoreFailure failure =
            failure_of(database_, code, fmt::format("open database '{}'", path));
        sqlite3_close(database_);
        throw failure;
    }
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
        found = std::make_unique<Prepared>(database_, statement);
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

std::int64_t Connection::pragma(const char* name)
{
    const std::string text = fmt::format("PRAGMA {}", name);
    Prepared statement(database_, {name, text});
    std::int64_t value = 0;
    statement.rows([&](Row& row) { value = row.get<std::int64_t>(); });
    return value;
}

} // namespace sluice::sqlite
