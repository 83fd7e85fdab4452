// SPDX-License-Identifier: Apache-2.0
#include "support/scratch_postgres.h"

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <cstdlib>
#include <memory>

namespace sluice::testing {

namespace {

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;

std::string ask(const std::string& url, const std::string& sql)
{
    const Connection connection(PQconnectdb(url.c_str()), &PQfinish);
    EXPECT_EQ(PQstatus(connection.get()), CONNECTION_OK) << PQerrorMessage(connection.get());
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(
        PQexec(connection.get(), sql.c_str()), &PQclear
    );
    return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
}

TEST(ScratchDatabase, answers_by_socket_and_by_tcp)
{
    const ScratchDatabase database;

    EXPECT_EQ(ask(database.url(), "SELECT 6 * 7"), "42");
    EXPECT_EQ(ask(database.tcp_url(), "SELECT 6 * 7"), "42");
}

// `./dev test` tells it to: no test pulls the plug, and each commit would wait for the disk.
TEST(ScratchDatabase, waits_for_the_disk_unless_it_is_told_not_to)
{
    const char* const told = std::getenv("SLUICE_SCRATCH_FSYNC");
    const ScratchDatabase database;

    EXPECT_EQ(ask(database.url(), "SHOW fsync"), told ? told : "on");
    EXPECT_EQ(ask(database.url(), "SHOW synchronous_commit"), "on");
}

TEST(ScratchDatabase, is_empty_whatever_another_one_holds)
{
    const ScratchDatabase first;
    ask(first.url(), "CREATE TABLE t (a int)");

    const ScratchDatabase second;

    EXPECT_EQ(ask(second.url(), "SELECT to_regclass('t') IS NULL"), "t");
}

TEST(ScratchDatabase, is_prepared_once_and_copied_afterwards)
{
    int prepared = 0;
    const auto prepare = [&](const std::string& url) {
        ++prepared;
        ask(url, "CREATE TABLE t AS SELECT 7 AS a");
    };

    const ScratchDatabase first("recipe_of_a_test", prepare);
    ask(first.url(), "UPDATE t SET a = 8");
    const ScratchDatabase second("recipe_of_a_test", prepare);

    EXPECT_EQ(ask(second.url(), "SELECT a FROM t"), "7");
    EXPECT_EQ(prepared, 1);
}

TEST(ScratchDatabase, goes_away_with_the_connections_that_a_test_left_open)
{
    auto database = std::make_unique<ScratchDatabase>();
    const std::string url = database->url();
    const Connection left_open(PQconnectdb(url.c_str()), &PQfinish);

    database.reset();

    const Connection refused(PQconnectdb(url.c_str()), &PQfinish);
    EXPECT_NE(PQstatus(refused.get()), CONNECTION_OK);
}

} // namespace

} // namespace sluice::testing
