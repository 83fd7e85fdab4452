// SPDX-License-Identifier: Apache-2.0
// Schemas as stores of their own within one database.
#include "store/postgres/schema.h"

#include "store/postgres/neighbours.h"
#include "store/postgres/testing.h"
#include "support/migrated_postgres.h"

#include <fmt/format.h>

#include <cstdlib>
#include <thread>

namespace sluice::postgres::schema_test {

namespace {

using Kind = StoreFailure::Kind;

ConnectSettings settings_of(const testing::ScratchDatabase& database, const std::string& schema)
{
    ConnectSettings settings = settings_for(database.url());
    settings.schema = schema;
    return settings;
}

// A schema with the engine's tables.
ConnectSettings migrated(const testing::ScratchDatabase& database, const std::string& schema)
{
    ConnectSettings settings = settings_of(database, schema);
    make_schema(settings);
    SeededRandom random(1);
    const Result<void> done = migrate(settings, test_now, random);
    EXPECT_TRUE(done) << done.error().detail;
    return settings;
}

TEST(PostgresSchema, names_are_letters_digits_and_underscores)
{
    for (const std::string& name :
         {std::string("a"), std::string("_tenant_1"), std::string("Ada"), std::string(63, 'x')})
        EXPECT_TRUE(check_schema_name(name)) << name;
    for (const std::string& name :
         {std::string(), std::string("1a"), std::string("a-b"), std::string("a b"),
          std::string("a\"; DROP SCHEMA public; --"), std::string("ä"), std::string(64, 'x'),
          std::string("a\0b", 3), std::string("a\n")}) {
        const Result<void> checked = check_schema_name(name);
        ASSERT_FALSE(checked) << name;
        EXPECT_EQ(checked.error().code, Errc::invalid);
    }
}

TEST(PostgresSchema, names_of_the_server_and_the_public_schema_are_reserved)
{
    for (const char* name : {"pg_x", "PG_TOAST", "information_schema", "public", "Public"}) {
        const Result<void> checked = check_schema_name(name);
        ASSERT_FALSE(checked) << name;
        EXPECT_EQ(checked.error().detail, fmt::format("schema '{}': the name is reserved", name));
    }
}

TEST(PostgresSchema, is_made_when_it_is_missing_and_kept_when_it_is_there)
{
    const testing::ScratchDatabase database;
    const ConnectSettings settings = settings_of(database, "Ada_1");
    make_schema(settings);
    ask(*connect(settings), "CREATE TABLE t (a int)");
    make_schema(settings);

    EXPECT_EQ(ask(*connect(settings), "SELECT count(*) FROM t"), "0");
    EXPECT_EQ(
        ask(*connect(settings_for(database.url())),
            "SELECT schemaname FROM pg_tables WHERE tablename = 't'"),
        "Ada_1"
    );
}

TEST(PostgresSchema, is_not_made_by_a_user_who_may_not)
{
    const testing::ScratchDatabase database;
    make_schema(settings_of(database, "ada"));
    ask(*connect(settings_for(database.url())), "CREATE ROLE nobody_here LOGIN");
    for (const char* schema : {"ada", "bob"}) {
        ConnectSettings settings = settings_of(database, schema);
        settings.url += "&options=-c%20role%3Dnobody_here";
        const StoreFailure failure = failure_from([&] { make_schema(settings); });
        EXPECT_EQ(failure.error().code, Errc::not_found);
        EXPECT_EQ(
            failure.error().detail,
            fmt::format(
                "schema '{}' does not exist, or this user may not use it, and this user may make "
                "none",
                schema
            )
        );
    }
    ask(*connect(settings_for(database.url())), "DROP ROLE nobody_here");
}

TEST(PostgresSchema, several_make_it_at_once)
{
    const testing::ScratchDatabase database;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] { EXPECT_NO_THROW(make_schema(settings_of(database, "ada"))); });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(ask(*connect(settings_of(database, "ada")), "SELECT current_schema()"), "ada");
}

TEST(PostgresSchema, is_all_that_a_connection_sees_whatever_the_url_says_and_also_after_a_reset)
{
    const testing::ScratchDatabase database;
    ConnectSettings settings = settings_of(database, "ada");
    settings.url += "&options=-c%20search_path%3Dpublic";
    make_schema(settings);
    const Handle connection = connect(settings);
    EXPECT_EQ(ask(*connection, "SHOW search_path"), "\"ada\"");
    ask(*connection, "SET search_path = public");
    ask(*connection, "DISCARD ALL");
    EXPECT_EQ(ask(*connection, "SELECT current_schema()"), "ada");
}

TEST(PostgresSchema, that_is_missing_closes_the_connection)
{
    const testing::ScratchDatabase database;
    const StoreFailure failure = failure_from([&] { connect(settings_of(database, "ada")); });
    EXPECT_EQ(failure.kind(), Kind::broken);
    EXPECT_EQ(failure.error().code, Errc::not_found);
    EXPECT_EQ(failure.error().detail, "schema 'ada' does not exist, or this user may not use it");
}

TEST(PostgresSchema, that_the_connection_was_not_given_closes_it)
{
    const testing::ScratchDatabase database;
    make_schema(settings_of(database, "ada"));
    const Handle without = connect(settings_for(database.url()));
    const StoreFailure failure = failure_from([&] { verify_schema(*without, "ada"); });
    EXPECT_EQ(failure.kind(), Kind::broken);
    EXPECT_EQ(failure.error().code, Errc::invalid);

    // Right by chance is not enough: the next transaction may have another.
    ask(*without, "SET search_path = ada, public");
    EXPECT_EQ(failure_from([&] { verify_schema(*without, "ada"); }).kind(), Kind::broken);
}

TEST(PostgresSchema, holds_a_store_of_its_own)
{
    const testing::ScratchDatabase database;
    const auto add_worker = [&](const std::string& schema, std::int64_t id) {
        PostgresSession session(migrated(database, schema), nullptr, nullptr);
        write(session, [&](Tables& tables) {
            tables.insert_worker({WorkerId{id}, "w", "h", "", true, test_now, test_now});
        });
        return session.reads().pulse().workers;
    };
    EXPECT_EQ(add_worker("ada", 1), std::vector{WorkerId{1}});
    EXPECT_EQ(add_worker("bob", 2), std::vector{WorkerId{2}});
}

TEST(PostgresSchema, holds_advisory_locks_of_its_own)
{
    const testing::ScratchDatabase database;
    PostgresSession ada(migrated(database, "ada"), nullptr, nullptr);
    PostgresSession bob(migrated(database, "bob"), nullptr, nullptr);
    const std::int32_t kinds[] = {1, 2};
    for (PostgresSession* session : {&ada, &bob}) {
        session->connect();
        session->begin_write(true); // alone among the groups of its schema
        session->tables().rules().lock_kinds(kinds);
        session->tables().lock_clock();
    }
    ada.commit();
    bob.commit();
}

TEST(PostgresConnect, keeps_what_the_environment_said)
{
    const testing::ScratchDatabase database;
    ConnectSettings settings = settings_for(database.url());
    ASSERT_EQ(::setenv("PGAPPNAME", "of-the-environment", 1), 0);
    const Words words = words_of(*connect(settings));
    ::unsetenv("PGAPPNAME");

    // The place and the user come from the words alone.
    settings.environment = std::make_shared<const Words>(words);
    settings.url = "postgresql://";
    const Handle again = connect(settings);
    EXPECT_EQ(ask(*again, "SELECT current_user"), "sluice");
    EXPECT_EQ(ask(*again, "SHOW application_name"), "sluice") << "ours wins, as it did at first";
}

TEST(PostgresNotifier, begins_with_the_connection_that_it_is_given)
{
    const testing::MigratedDatabase database;
    Handle first = connect(database.settings());
    const std::string pid = std::to_string(PQbackendPID(first.get()));
    const auto neighbours = make_neighbours(database.settings(), nullptr, Log(), std::move(first));
    const auto listens = [&] {
        return database.ask(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = " + pid
        );
    };
    for (int i = 0; i < 2000 && listens() != "1"; ++i)
        std::this_thread::yield();
    EXPECT_EQ(listens(), "1");
}

} // namespace

} // namespace sluice::postgres::schema_test
