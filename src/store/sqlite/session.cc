// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/session.h"

#include "store/sqlite/migrator.h"
#include "store/sqlite/reads.h"
#include "store/sqlite/tables.h"

#include "base/assert.h"

#include "sqlite_sql.h"

namespace sluice {

namespace sqlite {

namespace {

class SqliteSession final : public Session {
public:
    explicit SqliteSession(const SqliteOptions& options) : options_(options) {}

    void connect() override;
    void begin_write() override;
    void commit() override;
    void rollback() noexcept override;
    CommitFate fate_of_last_commit() override { return fate_; }
    bool written_by_others() override;
    Tables& tables() override { return open().tables; }
    Reads& reads() override { return open().reads; }

private:
    struct Open {
        explicit Open(const SqliteOptions& options)
            : connection(options.path, options.observer), tables(connection), reads(connection)
        {}

        Connection connection;
        SqliteTables tables;
        SqliteReads reads;
    };

    Open& open()
    {
        SLUICE_ASSERT(open_);
        return *open_;
    }

    const SqliteOptions options_;
    std::unique_ptr<Open> open_;
    CommitFate fate_ = CommitFate::rolled_back;
    std::int64_t data_version_ = 0;
};

void SqliteSession::connect()
{
    if (open_)
        return;
    auto opened = std::make_unique<Open>(options_);
    Connection& connection = opened->connection;
    connection.execute("PRAGMA journal_mode = WAL");
    connection.execute(
        options_.sync == SqliteSync::full ? "PRAGMA synchronous = FULL"
                                          : "PRAGMA synchronous = NORMAL"
    );
    connection.execute("PRAGMA foreign_keys = ON");
    migrate(
        connection, sql::migrations,
        std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now())
    );
    data_version_ = connection.pragma("data_version");
    open_ = std::move(opened);
}

void SqliteSession::begin_write()
{
    fate_ = CommitFate::rolled_back;
    open().connection.prepared(sql::begin_write).run();
}

void SqliteSession::commit()
{
    open().connection.prepared(sql::commit).run();
    fate_ = CommitFate::committed;
}

void SqliteSession::rollback() noexcept
{
    if (open_)
        open_->connection.rollback();
}

bool SqliteSession::written_by_others()
{
    const std::int64_t version = open().connection.pragma("data_version");
    const bool changed = version != data_version_;
    data_version_ = version;
    return changed;
}

} // namespace

} // namespace sqlite

std::unique_ptr<Session> make_sqlite_session(const SqliteOptions& options)
{
    return std::make_unique<sqlite::SqliteSession>(options);
}

} // namespace sluice
