// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/migrator.h"

#include "store/sqlite/codec.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/testing.h"

#include "store/sqlite_sql.h"

#include <barrier>
#include <thread>

namespace sluice::sqlite::migrator_test {
namespace {

constexpr Migration first{1, "first", "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT)"};
constexpr Migration second{2, "second", "CREATE TABLE b (x)"};
constexpr Migration broken{2, "broken", "CREATE TABLE b (x); INSERT INTO nowhere VALUES (1)"};

constexpr Statement count_migrations{"count_migrations", "SELECT count(*) FROM migration"};
constexpr Statement count_b{"count_b", "SELECT count(*) FROM sqlite_schema WHERE name = 'b'"};

class Migrator : public ::testing::Test {
protected:
    int count(const Statement& statement)
    {
        return find(connection_.prepared(statement), read_value<int>).value();
    }

    Connection connection_{":memory:", nullptr, {}};
};

TEST_F(Migrator, applies_what_is_missing_once)
{
    const Migration both[] = {first, second};
    migrate(connection_, {both, 1}, {});
    EXPECT_EQ(count(count_migrations), 1);
    migrate(connection_, both, {});
    migrate(connection_, both, {});
    EXPECT_EQ(count(count_migrations), 2);
    EXPECT_EQ(count(count_b), 1);
}

TEST_F(Migrator, a_migration_that_fails_leaves_nothing_behind)
{
    const Migration both[] = {first, broken};
    EXPECT_THROW(migrate(connection_, both, {}), StoreFailure);
    EXPECT_EQ(count(count_migrations), 1);
    EXPECT_EQ(count(count_b), 0);
    EXPECT_FALSE(connection_.is_in_transaction());
}

TEST_F(Migrator, refuses_a_newer_database_and_names_both_versions)
{
    const Migration both[] = {first, second};
    migrate(connection_, both, {});
    const StoreFailure failure = testing::failure_in([&] { migrate(connection_, {both, 1}, {}); });

    EXPECT_EQ(failure.kind(), StoreFailure::Kind::broken);
    EXPECT_EQ(failure.error().code, Errc::invalid);
    EXPECT_TRUE(testing::contains(failure.what(), "version 2")) << failure.what();
    EXPECT_TRUE(testing::contains(failure.what(), "up to 1")) << failure.what();
}

// A database as the version before left it.
TEST_F(Migrator, a_database_with_workers_and_outputs_learns_of_kubernetes)
{
    const std::span<const Migration> all = sql::migrations;
    migrate(connection_, all.first(7), {});
    connection_.execute("INSERT INTO worker VALUES (1,'w','h','',0,5,9,'[]','{}')");
    connection_.execute("INSERT INTO output VALUES (1,x'61',1,1,2,5,6)");

    migrate(connection_, all, {});

    const auto workers = collect(connection_.prepared(sql::workers), read_worker);
    ASSERT_EQ(workers.size(), 1u);
    EXPECT_EQ(workers[0].address, "");
    EXPECT_EQ(workers[0].load, "{}");
    const auto doomed = collect(
        connection_.prepared(sql::doomed_outputs), read_output, from_micros(6), std::size_t{5}
    );
    EXPECT_EQ(doomed.size(), 1u);
}

TEST(MigratorRace, many_may_start_on_a_new_file_at_once)
{
    const testing::ScratchDirectory scratch;
    constexpr int starters = 4;
    std::barrier together(starters);
    std::string secrets[starters];
    std::vector<std::thread> threads;
    for (std::string& secret : secrets)
        threads.emplace_back([&] {
            together.arrive_and_wait();
            const auto session = testing::connected({.path = scratch.file("a.db")});
            secret = session->reads().setting("uid_secret").value_or("none");
        });
    for (std::thread& thread : threads)
        thread.join();

    for (const std::string& secret : secrets) {
        EXPECT_EQ(secret, secrets[0]);
        EXPECT_NE(secret, "none");
    }
    Connection connection(scratch.file("a.db"), nullptr, {});
    EXPECT_EQ(
        find(connection.prepared(count_migrations), read_value<std::size_t>),
        std::size(sql::migrations)
    );
}

} // namespace
} // namespace sluice::sqlite::migrator_test
