// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/session.h"

#include "base/assert.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/database_file.h"
#include "store/sqlite/migrator.h"
#include "store/sqlite/reads.h"
#include "store/sqlite/tables.h"
#include "store/sqlite/turnstile.h"
#include "store/sqlite/wal_limit.h"

#include "store/sqlite_sql.h"

#include <fmt/format.h>

#include <filesystem>

namespace sluice {

namespace sqlite {

namespace {

using Kind = StoreFailure::Kind;

constexpr std::string_view in_memory = ":memory:";

// An absolute path cannot be taken for a URI, an option or a temporary database.
std::string database_path(const std::string& path)
{
    return path == in_memory ? path : std::filesystem::absolute(path).lexically_normal().string();
}

// What exists while the database is open. A database in memory has no neighbours: no locks. Nothing
// is made beside a file that turns out to be no database.
struct OpenDatabase {
    explicit OpenDatabase(const SqliteOptions& options)
        : connection(
              options.path, options.observer, options.wait_max, options.is_guest, options.break_off
          ),
          journal_mode(find(connection.prepared(sql::journal_mode), read_value<std::string>)),
          turnstile(turnstile_of(options)),
          tables(connection),
          reads(connection, turnstile.get())
    {
        connection.time_statements(options.meter);
        if (turnstile)
            wal_limit.emplace(
                connection, *turnstile,
                WalLimit::Limits{.bytes_max = options.wal_bytes_max, .busy_wait = options.wait_max}
            );
    }
    ~OpenDatabase()
    {
        connection.rollback(); // before others may write
    }
    OpenDatabase(const OpenDatabase&) = delete;
    OpenDatabase& operator=(const OpenDatabase&) = delete;

    static std::unique_ptr<Turnstile> turnstile_of(const SqliteOptions& options)
    {
        if (options.path == in_memory)
            return nullptr;
        return std::make_unique<Turnstile>(
            options.path + "-lock", options.wait_max, options.break_off
        );
    }

    Connection connection;
    std::optional<std::string> journal_mode; // as it was found
    std::unique_ptr<Turnstile> turnstile;
    std::optional<WalLimit> wal_limit;
    SqliteTables tables;
    SqliteReads reads;
};

// Write-ahead logging is a property of the file. Several new processes may want to set it at once,
// and SQLite does not wait then, so they take turns.
void use_wal(OpenDatabase& database, const std::string& path)
{
    Connection& connection = database.connection;
    if (database.journal_mode == "wal" || !database.turnstile)
        return;
    database.turnstile->enter();
    const auto now = find(connection.prepared(sql::use_wal), read_value<std::string>);
    database.turnstile->leave();
    if (now == "wal")
        return;
    std::string detail = fmt::format(
        "database '{}': the file system has no shared memory, which write-ahead logging needs", path
    );
    throw StoreFailure(Kind::broken, {Errc::unavailable, std::move(detail)});
}

void configure(Connection& connection, SqliteSync sync)
{
    connection.execute(
        sync == SqliteSync::full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL"
    );
    connection.execute("PRAGMA foreign_keys = ON");
    // Debian's library overwrites what is deleted, at a third of the speed of everything we do.
    connection.execute("PRAGMA secure_delete = OFF");
}

class SqliteSession final : public Session {
public:
    explicit SqliteSession(SqliteOptions options) : options_(std::move(options))
    {
        options_.path = database_path(options_.path);
    }

    void connect() override;
    void begin_write(bool registers) override;
    void commit() override;
    void rollback() noexcept override;
    bool written_by_others() override;

    // SQLite says itself how a commit has ended.
    CommitFate fate_of_last_commit() override { return fate_; }

    Tables& tables() override { return database().tables; }
    Reads& reads() override { return database().reads; }

private:
    std::unique_ptr<OpenDatabase> open();
    std::int64_t data_version(Connection& connection);

    OpenDatabase& database()
    {
        SLUICE_ASSERT(database_);
        return *database_;
    }

    SqliteOptions options_;
    std::unique_ptr<OpenDatabase> database_;
    CommitFate fate_ = CommitFate::rolled_back;
    std::int64_t data_version_ = 0;
};

std::unique_ptr<OpenDatabase> SqliteSession::open()
{
    if (options_.path != in_memory) {
        if (Result<void> checked = check_place(options_.path); !checked)
            throw StoreFailure(Kind::broken, checked.error());
    }
    auto database = std::make_unique<OpenDatabase>(options_);
    use_wal(*database, options_.path);
    configure(database->connection, options_.sync);
    const auto now = std::chrono::system_clock::now();
    migrate(database->connection, sql::migrations, std::chrono::time_point_cast<Micros>(now));
    return database;
}

void SqliteSession::connect()
{
    if (options_.break_off && options_.break_off->is_given())
        throw StoreFailure(
            Kind::lost, {Errc::unavailable, "the database is not waited for any more"}
        );
    if (database_)
        return;
    try {
        database_ = open();
    } catch (const StoreFailure& failure) {
        if (failure.kind() != Kind::again)
            throw;
        throw StoreFailure(Kind::lost, failure.error()); // away: nothing was begun to be repeated
    }
    data_version_ = data_version(database_->connection);
}

void SqliteSession::begin_write(bool) // whoever writes is alone
{
    fate_ = CommitFate::rolled_back;
    OpenDatabase& open = database();
    if (open.turnstile)
        open.turnstile->enter();
    try {
        open.connection.prepared(sql::begin_write).run();
    } catch (...) {
        rollback();
        throw;
    }
}

void SqliteSession::commit()
{
    OpenDatabase& open = database();
    try {
        open.connection.prepared(sql::commit).run();
    } catch (...) {
        rollback();
        throw;
    }
    fate_ = CommitFate::committed;
    if (options_.observer)
        options_.observer->committed();
    if (!open.turnstile)
        return;
    open.turnstile->leave();
    open.wal_limit->after_commit();
}

// A failed transaction leaves the connection as good as it was: there is nothing to reconnect to.
void SqliteSession::rollback() noexcept
{
    if (!database_)
        return;
    database_->connection.rollback();
    if (database_->turnstile)
        database_->turnstile->leave();
}

std::int64_t SqliteSession::data_version(Connection& connection)
{
    return find(connection.prepared(sql::data_version), read_value<std::int64_t>).value();
}

bool SqliteSession::written_by_others()
{
    const std::int64_t version = data_version(database().connection);
    return std::exchange(data_version_, version) != version;
}

} // namespace

} // namespace sqlite

std::unique_ptr<Session> make_sqlite_session(const SqliteOptions& options)
{
    return std::make_unique<sqlite::SqliteSession>(options);
}

} // namespace sluice
