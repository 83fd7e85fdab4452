// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/migrator.h"
#include "store/handle_secret.h"

#include "base/random.h"
#include "store/sqlite/collect.h"

#include "store/sqlite_sql.h"

#include <fmt/format.h>

namespace sluice::sqlite {

namespace {

// The number of the last migration that the database has; 0 for a new one.
int version(Connection& connection)
{
    if (!find(connection.prepared(sql::has_migrations), read_value<int>))
        return 0;
    return find(connection.prepared(sql::last_migration), read_value<int>).value_or(0);
}

void refuse_newer(int found, int known)
{
    if (found <= known)
        return;
    std::string detail = fmt::format(
        "the database has version {}, which a newer program has made; this program knows versions "
        "up to {}",
        found, known
    );
    throw StoreFailure(StoreFailure::Kind::broken, {Errc::invalid, std::move(detail)});
}

void apply(Connection& connection, const Migration& migration, Time now)
{
    connection.execute(std::string(migration.text));
    connection.prepared(sql::create_migration).run();
    connection.prepared(sql::insert_migration).run(migration.number, migration.title, now);
    if (migration.number == 1)
        connection.prepared(sql::insert_setting)
            .run(std::string_view("uid_secret"), std::to_string(SystemRandom().next()));
    if (migration.number == 2) {
        SystemRandom random;
        connection.prepared(sql::insert_setting)
            .run(std::string_view("handle_secret"), new_handle_secret(random));
    }
}

// One step; false when there is none left to take. What another process has done meanwhile shows
// inside the transaction only.
bool step(Connection& connection, std::span<const Migration> migrations, Time now)
{
    connection.prepared(sql::begin_write).run();
    try {
        const auto done = static_cast<std::size_t>(version(connection));
        refuse_newer(static_cast<int>(done), static_cast<int>(migrations.size()));
        if (done < migrations.size())
            apply(connection, migrations[done], now);
        connection.prepared(sql::commit).run();
        return done + 1 < migrations.size();
    } catch (...) {
        connection.rollback();
        throw;
    }
}

} // namespace

void migrate(Connection& connection, std::span<const Migration> migrations, Time now)
{
    const int known = static_cast<int>(migrations.size());
    const int found = version(connection);
    refuse_newer(found, known);
    if (found == known)
        return;
    while (step(connection, migrations, now)) {
    }
}

} // namespace sluice::sqlite
