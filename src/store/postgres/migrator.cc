// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/migrator.h"

#include "postgres_sql.h"

#include <fmt/format.h>

namespace sluice::postgres {

namespace {

// Tables of different schemas of one database are different stores, each with a lock of its own.
constexpr const char* lock_sql =
    "SELECT pg_advisory_xact_lock(hashtext('sluice migration'), hashtext(current_schema()))";

constexpr const char* table_sql = "CREATE TABLE IF NOT EXISTS migration ("
                                  "number int PRIMARY KEY, title text NOT NULL, "
                                  "applied_at timestamptz NOT NULL)";

// The same table and row for each step, whichever process takes it.
class Migrator {
public:
    Migrator(PGconn& connection, std::span<const Migration> migrations)
        : connection_(connection), migrations_(migrations)
    {}

    // Takes the next step; false when there is none left.
    bool step(Time now, Random& random)
    {
        execute(connection_, "migrate", "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
        execute(connection_, "migrate", lock_sql);
        const int version = read_version();
        check_not_newer(version);
        const Migration* next = after(version);
        if (next)
            apply(*next, now);
        else
            make_secret(random);
        execute(connection_, "migrate", "COMMIT");
        return next != nullptr;
    }

private:
    int read_version()
    {
        execute(connection_, "migrate", table_sql);
        const Answer answer =
            execute(connection_, "migrate", "SELECT coalesce(max(number), 0) FROM migration");
        return std::stoi(PQgetvalue(answer.get(), 0, 0));
    }

    void check_not_newer(int version) const
    {
        const int known = migrations_.empty() ? 0 : migrations_.back().number;
        if (version > known)
            throw StoreFailure(
                StoreFailure::Kind::refused,
                Error{
                    Errc::invalid,
                    fmt::format(
                        "the database has schema version {}, this program knows versions up to "
                        "{}: use a newer program",
                        version, known
                    )}
            );
    }

    const Migration* after(int version) const
    {
        for (const Migration& migration : migrations_)
            if (migration.number > version)
                return &migration;
        return nullptr;
    }

    void apply(const Migration& migration, Time now)
    {
        const std::string name = fmt::format("migration {} {}", migration.number, migration.title);
        execute(connection_, name, std::string(migration.text));
        execute(
            connection_, name, "INSERT INTO migration VALUES ($1::int, $2, $3::timestamptz)",
            {std::to_string(migration.number), std::string(migration.title), format_time(now)}
        );
    }

    void make_secret(Random& random)
    {
        execute(
            connection_, "migrate",
            "INSERT INTO setting VALUES ('uid_secret', $1) ON CONFLICT (name) DO NOTHING",
            {std::to_string(random.next())}
        );
    }

    PGconn& connection_;
    std::span<const Migration> migrations_;
};

} // namespace

Result<void> migrate(const ConnectSettings& settings, Time now, Random& random)
{
    return migrate(settings, now, random, sql::migrations);
}

Result<void> migrate(
    const ConnectSettings& settings, Time now, Random& random, std::span<const Migration> migrations
)
{
    try {
        const Handle connection = connect(settings);
        Migrator migrator(*connection, migrations);
        while (migrator.step(now, random)) {
        }
        return {};
    } catch (const StoreFailure& failure) {
        return failure.error();
    }
}

} // namespace sluice::postgres
