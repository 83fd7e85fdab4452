// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/migrator.h"
#include "store/handle_secret.h"

#include "store/postgres_sql.h"

#include <fmt/format.h>

namespace sluice::postgres {

namespace {

class Migrator {
public:
    Migrator(PGconn& connection, std::span<const Migration> migrations)
        : connection_(connection), migrations_(migrations)
    {}

    // Takes the next step, in a transaction of its own; false when there is none left.
    bool step_alone(Time now, Random& random)
    {
        execute(connection_, "migrate", "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
        const bool is_taken = step(now, random);
        execute(connection_, "migrate", "COMMIT");
        return is_taken;
    }

    // The same in the transaction that is open.
    bool step(Time now, Random& random)
    {
        ask(sql::lock_migrations);
        const int version = read_version();
        check_not_newer(version);
        const Migration* next = after(version);
        if (next)
            apply(*next, now);
        else
            make_secrets(random);
        return next != nullptr;
    }

private:
    int read_version()
    {
        ask(sql::create_migration);
        const Answer answer = ask(sql::last_migration);
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
        ask(sql::insert_migration,
            {std::to_string(migration.number), std::string(migration.title), format_time(now)});
    }

    void make_secrets(Random& random)
    {
        ask(sql::insert_setting, {"uid_secret", std::to_string(random.next())});
        ask(sql::insert_setting, {"handle_secret", new_handle_secret(random)});
    }

    Answer ask(const Statement& statement, std::initializer_list<std::string> parameters = {})
    {
        return execute(connection_, statement.name, std::string(statement.text), parameters);
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
        while (migrator.step_alone(now, random)) {
        }
        return {};
    } catch (const StoreFailure& failure) {
        return failure.error();
    }
}

void migrate_within(PGconn& connection, Time now, Random& random)
{
    Migrator migrator(connection, sql::migrations);
    while (migrator.step(now, random)) {
    }
}

} // namespace sluice::postgres
