// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/connect.h"
#include "store/sqlite/testing.h"
#include "store/store.h"
#include "support/scratch_postgres.h"

#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace sluice::open_test {
namespace {

using sqlite::testing::ScratchDirectory;

class OpenStore : public ::testing::Test {
protected:
    Error refusal_of(const StoreOptions& options)
    {
        const auto store = open_store(loop_.get_executor(), options, Log());
        EXPECT_FALSE(store);
        return store ? Error{} : store.error();
    }

    std::unique_ptr<Store> opened(const StoreOptions& options)
    {
        auto store = open_store(loop_.get_executor(), options, Log());
        if (!store)
            throw std::runtime_error(store.error().detail);
        return std::move(*store);
    }

    asio::io_context loop_;
};

// The first value that `sql` gives on a connection of its own.
std::string ask(const std::string& url, const std::string& sql)
{
    postgres::ConnectSettings settings;
    settings.url = url;
    const postgres::Handle connection = postgres::connect(settings);
    const postgres::Answer answer = postgres::execute(*connection, "test", sql);
    return PQgetvalue(answer.get(), 0, 0);
}

TEST_F(OpenStore, makes_no_file_with_mode_rw)
{
    const ScratchDirectory scratch;
    StoreOptions options;
    options.url = "sqlite://" + scratch.file("a.db") + "?mode=rw";
    const Error error = refusal_of(options);
    EXPECT_EQ(error.code, Errc::not_found);
    EXPECT_EQ(
        error.detail,
        "database '" + scratch.file("a.db") + "' does not exist, and mode=rw does not make it"
    );
    EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));

    options.url = scratch.file("a.db") + "?mode=rwc";
    opened(options);
    options.url = scratch.file("a.db") + "?mode=rw";
    opened(options);
}

TEST_F(OpenStore, takes_an_empty_file_for_a_new_database)
{
    const ScratchDirectory scratch;
    std::ofstream(scratch.file("a.db")).close();
    StoreOptions options;
    options.url = scratch.file("a.db");
    opened(options);
    EXPECT_GT(std::filesystem::file_size(scratch.file("a.db")), 0u);
}

TEST_F(OpenStore, refuses_a_schema_on_sqlite_before_anything_is_made)
{
    const ScratchDirectory scratch;
    StoreOptions options;
    options.url = scratch.file("a.db");
    options.schema = "ada";
    EXPECT_EQ(
        refusal_of(options).detail,
        "a schema needs PostgreSQL; give each tenant an SQLite file of its own"
    );
    EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));
}

TEST_F(OpenStore, checks_the_name_of_a_schema_before_it_connects)
{
    StoreOptions options;
    options.url = "postgresql:///nothing?host=/nowhere";
    options.schema = "public";
    EXPECT_EQ(refusal_of(options).detail, "schema 'public': the name is reserved");
}

TEST_F(OpenStore, makes_no_schema_that_must_exist)
{
    const testing::ScratchDatabase database;
    StoreOptions options;
    options.url = database.url();
    options.schema = "ada";
    options.schema_must_exist = true;
    const Error error = refusal_of(options);
    EXPECT_EQ(error.code, Errc::not_found);
    EXPECT_EQ(error.detail, "schema 'ada' does not exist, or this user may not use it");
    const std::string count = "SELECT count(*) FROM pg_namespace WHERE nspname = 'ada'";
    EXPECT_EQ(ask(database.url(), count), "0");

    options.schema_must_exist = false;
    (void)opened(options);
    options.schema_must_exist = true;
    (void)opened(options);
}

TEST_F(OpenStore, puts_everything_into_the_schema_and_opens_all_connections_at_once)
{
    const testing::ScratchDatabase database;
    StoreOptions options;
    options.url = database.url();
    options.schema = "ada";
    options.connect_all = true;
    const auto store = opened(options);
    EXPECT_EQ(
        ask(database.url(), "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                            "AND datname = current_database() AND application_name = 'sluice'"),
        "5"
    ) << "the writer's, two readers', the probe's and the notifier's";
    EXPECT_EQ(
        ask(database.url(), "SELECT string_agg(DISTINCT schemaname, ',') FROM pg_tables "
                            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"),
        "ada"
    );
}

} // namespace
} // namespace sluice::open_test
