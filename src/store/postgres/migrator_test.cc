// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/migrator.h"

#include "store/postgres/testing.h"
#include "store/postgres_sql.h"
#include "support/scratch_postgres.h"

#include <latch>
#include <thread>

namespace sluice::postgres::migrator_test {

namespace {

std::string ask(const std::string& url, const std::string& sql)
{
    const Handle connection = connect(settings_for(url));
    const Answer answer = execute(*connection, "test", sql);
    return PQntuples(answer.get()) > 0 ? PQgetvalue(answer.get(), 0, 0) : "";
}

Result<void> migrate_with(const std::string& url, std::span<const Migration> migrations)
{
    SeededRandom random(1);
    return migrate(settings_for(url), test_now, random, migrations);
}

const Migration one_step[] = {
    {1, "setting", "CREATE TABLE setting (name text PRIMARY KEY, value text)"}};
const Migration two_steps[] = {
    one_step[0], {2, "more", "CREATE TABLE more (a int); CREATE INDEX ON more (a)"}};

TEST(PostgresMigrator, several_processes_at_once_take_each_step_once)
{
    const testing::ScratchDatabase database;
    constexpr int processes = 4;
    std::latch start(processes);
    std::vector<std::thread> threads;
    for (int i = 0; i < processes; ++i)
        threads.emplace_back([&, i] {
            SeededRandom random(static_cast<std::uint64_t>(i));
            start.arrive_and_wait();
            const Result<void> migrated = migrate(settings_for(database.url()), test_now, random);
            EXPECT_TRUE(migrated) << migrated.error().detail;
        });
    for (std::thread& thread : threads)
        thread.join();

    const std::string steps = std::to_string(std::size(sql::migrations));
    EXPECT_EQ(ask(database.url(), "SELECT count(*) FROM migration"), steps);
    EXPECT_EQ(ask(database.url(), "SELECT count(*) FROM setting WHERE name = 'uid_secret'"), "1");
}

TEST(PostgresMigrator, goes_on_from_where_the_database_is_and_keeps_its_secret)
{
    const testing::ScratchDatabase database;
    ASSERT_TRUE(migrate_with(database.url(), one_step));
    const std::string secret = ask(database.url(), "SELECT value FROM setting");

    SeededRandom other(9);
    ASSERT_TRUE(migrate(settings_for(database.url()), test_now, other, two_steps));

    EXPECT_EQ(ask(database.url(), "SELECT string_agg(number::text, ',') FROM migration"), "1,2");
    EXPECT_EQ(ask(database.url(), "SELECT value FROM setting"), secret);
    EXPECT_EQ(
        ask(database.url(), "SELECT applied_at = '2023-11-14 22:13:20.123456+00' FROM migration"),
        "t"
    );
}

TEST(PostgresMigrator, refuses_a_database_that_is_newer_than_the_program)
{
    const testing::ScratchDatabase database;
    ASSERT_TRUE(migrate_with(database.url(), two_steps));

    const Result<void> refused = migrate_with(database.url(), one_step);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::invalid);
    EXPECT_EQ(
        refused.error().detail, "the database has schema version 2, this program knows versions "
                                "up to 1: use a newer program"
    );
}

// A database as the version before left it.
TEST(PostgresMigrator, a_database_with_workers_and_outputs_learns_of_kubernetes)
{
    const testing::ScratchDatabase database;
    const std::span<const Migration> all = sql::migrations;
    ASSERT_TRUE(migrate_with(database.url(), all.first(7)));
    ask(database.url(), "INSERT INTO worker (id, registered_at, until, attached, name, host, "
                        "process, load) VALUES (1, now(), now(), false, 'w', 'h', '', '{}')");
    ask(database.url(), "INSERT INTO output (run_id, task_id, created_at, updated_at, attempt, "
                        "state, path) VALUES (1, 1, now(), now(), 1, 2, 'a')");

    ASSERT_TRUE(migrate_with(database.url(), all));

    EXPECT_EQ(ask(database.url(), "SELECT name || load || address FROM worker"), "w{}");
    EXPECT_EQ(ask(database.url(), "SELECT count(*) FROM output WHERE state = 2"), "1");
    EXPECT_EQ(ask(database.url(), "SELECT count(*) FROM cluster_job"), "0");
    EXPECT_EQ(ask(database.url(), "SELECT count(*) FROM upload_leave"), "0");
}

TEST(PostgresMigrator, a_step_that_fails_leaves_nothing_behind)
{
    const testing::ScratchDatabase database;
    const Migration broken[] = {
        one_step[0], {2, "broken", "CREATE TABLE half (a int); SELECT no_such_function()"}};

    const Result<void> failed = migrate_with(database.url(), broken);

    ASSERT_FALSE(failed);
    EXPECT_TRUE(failed.error().detail.starts_with("migration 2 broken: ")) << failed.error().detail;
    EXPECT_EQ(ask(database.url(), "SELECT max(number) FROM migration"), "1");
    EXPECT_EQ(ask(database.url(), "SELECT to_regclass('half') IS NULL"), "t");
}

} // namespace

} // namespace sluice::postgres::migrator_test
