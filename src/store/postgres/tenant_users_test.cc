// SPDX-License-Identifier: Apache-2.0
// Tenants, as their own users see them.
#include "store/postgres/schema.h"
#include "store/postgres/tenants_testing.h"
#include "store/postgres/user_url.h"
#include "store/postgres_sql.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <thread>

namespace sluice::postgres::tenant_users_test {

namespace {

using Kind = StoreFailure::Kind;

std::vector<std::string> tables_of(PGconn& connection, const std::string& schema)
{
    const Answer rows = execute(
        connection, "test", "SELECT tablename FROM pg_tables WHERE schemaname = $1", {schema}
    );
    std::vector<std::string> names;
    for (int row = 0; row < PQntuples(rows.get()); ++row)
        names.emplace_back(PQgetvalue(rows.get(), row, 0));
    return names;
}

std::string text_of(const std::string& path)
{
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Tenants, have_a_user_who_reads_and_changes_no_table_of_another)
{
    const TenantsPlace place;
    const ConnectSettings ada = place.made("ada"), bob = place.made("bob");
    const Handle as_bob = connect(bob);
    const std::vector<std::string> tables = tables_of(*as_bob, "ada");
    ASSERT_GT(tables.size(), 20u);
    for (const std::string& table : tables)
        for (const char* attempt :
             {"SELECT count(*) FROM ada.{}", "TABLE ada.{}", "DELETE FROM ada.{}",
              "DROP TABLE ada.{}", "CREATE VIEW mine AS SELECT * FROM ada.{}",
              "ALTER TABLE ada.{} SET SCHEMA bob"}) {
            const std::string sql = fmt::format(fmt::runtime(attempt), table);
            const StoreFailure failure = failure_from([&] { postgres::ask(*as_bob, sql); });
            EXPECT_EQ(failure.error().code, Errc::unauthorized) << sql << ": " << failure.what();
        }
}

TEST(Tenants, have_a_user_who_cannot_become_another_or_make_users_and_databases)
{
    const TenantsPlace place;
    place.made("ada");
    const Handle as_bob = connect(place.made("bob"));
    const std::string ada = place.user("ada"), bob = place.user("bob");
    for (const std::string& sql :
         {fmt::format("SET ROLE {}", ada), std::string("SET ROLE sluice"),
          fmt::format("GRANT {} TO {}", ada, bob), std::string("CREATE ROLE carl"),
          std::string("CREATE DATABASE carl"), std::string("CREATE SCHEMA carl"),
          std::string("CREATE TABLE ada.t (a int)"), fmt::format("ALTER ROLE {} PASSWORD 'x'", ada),
          fmt::format("ALTER ROLE {} SUPERUSER", bob), std::string("DROP SCHEMA ada CASCADE"),
          std::string("COPY task FROM PROGRAM 'id'")}) {
        const StoreFailure failure = failure_from([&] { ask(*as_bob, sql); });
        EXPECT_EQ(failure.error().code, Errc::unauthorized) << sql << ": " << failure.what();
    }
}

TEST(Tenants, cannot_be_told_to_use_the_schema_of_another)
{
    const TenantsPlace place;
    place.made("ada");
    ConnectSettings bob = place.made("bob");
    bob.schema = "ada";
    const StoreFailure failure = failure_from([&] { connect(bob); });
    EXPECT_EQ(failure.kind(), Kind::broken);
    EXPECT_EQ(failure.error().code, Errc::not_found);
    EXPECT_EQ(failure_from([&] { make_schema(bob); }).kind(), Kind::broken);
}

TEST(Tenants, see_their_schema_alone_whatever_the_options_of_the_url_say)
{
    const TenantsPlace place;
    place.made("ada");
    ConnectSettings bob = place.made("bob");
    bob.url += "&options=-c%20search_path%3Dada";
    EXPECT_EQ(ask(*connect(bob), "SELECT current_schemas(false)"), "{bob}");

    // What comes after our own options is refused.
    bob.schema.clear();
    const Handle changed = connect(bob);
    EXPECT_EQ(failure_from([&] { verify_schema(*changed, "bob"); }).kind(), Kind::broken);
}

TEST(Tenants, find_their_schema_without_being_told)
{
    const TenantsPlace place;
    ConnectSettings ada = place.made("Ada");
    ada.schema.clear();
    EXPECT_EQ(ask(*connect(ada), "SELECT current_schema()"), "Ada");
}

TEST(Tenants, can_start_for_the_tables_are_there_and_theirs)
{
    const TenantsPlace place;
    const ConnectSettings ada = place.made("ada");
    const std::string applied = "SELECT count(*) FROM migration";
    const std::string before = ask(*connect(ada), applied);
    SeededRandom random(1);
    const Result<void> migrated = migrate(ada, test_now, random);
    ASSERT_TRUE(migrated) << migrated.error().detail;
    EXPECT_EQ(ask(*connect(ada), applied), before) << "nothing was left to do";
    EXPECT_EQ(
        place.ask("SELECT count(*) FROM pg_tables WHERE schemaname <> 'ada' AND "
                  "schemaname !~ '^(pg_|information_schema)'"),
        "0"
    );
    EXPECT_EQ(
        place.ask(fmt::format(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'ada'::regnamespace AND "
            "relowner <> '{}'::regrole",
            place.user("ada")
        )),
        "0"
    );
    EXPECT_EQ(ask(*connect(ada), "SELECT count(*) FROM setting WHERE name = 'uid_secret'"), "1");
}

TEST(Tenants, have_ids_locks_and_notifications_of_their_own)
{
    const TenantsPlace place;
    const ConnectSettings ada = place.made("ada"), bob = place.made("bob");
    PostgresSession of_ada(ada, nullptr, nullptr), of_bob(bob, nullptr, nullptr);
    for (PostgresSession* session : {&of_ada, &of_bob})
        write(*session, [](Tables& tables) {
            tables.insert_worker({WorkerId{1}, "w", "h", "", true, test_now, test_now});
        });
    EXPECT_EQ(of_bob.reads().pulse().workers, std::vector{WorkerId{1}});

    const std::int32_t kinds[] = {1, 2};
    for (PostgresSession* session : {&of_ada, &of_bob}) {
        session->begin_write(true); // alone among the groups of its schema
        session->tables().rules().lock_kinds(kinds);
        session->tables().lock_clock();
    }
    of_ada.commit();
    of_bob.commit();

    const auto holder = [](const ConnectSettings& settings) {
        Handle connection = connect(settings);
        execute(*connection, "hold", std::string(sql::hold_worker.text), {"1"});
        return connection;
    };
    const Handle held = holder(ada);
    EXPECT_EQ(of_bob.reads().pulse().workers, std::vector{WorkerId{1}})
        << "the lock of the other's worker is not its own";
    EXPECT_TRUE(of_ada.reads().pulse().workers.empty());
}

TEST(Tenants, do_not_hear_what_another_commits)
{
    const TenantsPlace place;
    const ConnectSettings ada = place.made("ada"), bob = place.made("bob");
    const Handle listener = connect(bob);
    execute(*listener, "listen", std::string(sql::listen.text));
    const std::pair<const ConnectSettings&, const char*> news[] = {
        {ada, "[\"of ada\"]"}, {bob, "[\"of bob\"]"}};
    for (const auto& [settings, payloads] : news)
        execute(*connect(settings), "notify", std::string(sql::notify.text), {payloads});

    PGnotify* heard = nullptr; // they come in the order of the commits
    for (int i = 0; i < 2000 && !heard; ++i) {
        ask(*listener, "SELECT 1");
        heard = PQnotifies(listener.get());
    }
    ASSERT_TRUE(heard);
    EXPECT_STREQ(heard->extra, "of bob");
    PQfreemem(heard);
}

TEST(Tenants, have_a_password_of_their_own_that_no_log_of_the_server_has)
{
    const TenantsPlace place;
    place.ask("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET log_statement = ''all''', "
              "current_database()); END $$");
    const Result<TenantAccess> ada = place.admin()->create(place.tenant("ada"), "");
    const Result<TenantAccess> bob = place.admin()->create(place.tenant("bob"), "op3n/s@same?");
    ASSERT_TRUE(ada && bob);
    EXPECT_EQ(ada->password.size(), 32u);
    EXPECT_TRUE(std::ranges::all_of(ada->password, [](unsigned char c) { return std::isalnum(c); })
    );
    EXPECT_EQ(bob->password, "op3n/s@same?");
    EXPECT_NE(place.admin()->create(place.tenant("carl"), "")->password, ada->password);

    const std::string log = text_of(place.folder() + "/server.log");
    EXPECT_NE(log.find("CREATE ROLE \"" + ada->tenant.user), std::string::npos);
    for (const std::string& secret : {ada->password, bob->password})
        EXPECT_EQ(log.find(secret), std::string::npos);
    for (const std::string& secret : {std::string(1001, 'x'), std::string("a\0b", 3)})
        EXPECT_EQ(
            error_of(place.admin()->create(place.tenant("dora"), secret)).code, Errc::invalid
        );
}

TEST(Tenants, are_let_in_with_their_password_alone)
{
    const TenantsPlace place;
    const Result<TenantAccess> ada =
        place.admin(place.database().tcp_url())->create(place.tenant("ada"), "p/@:%&? ä");
    ASSERT_TRUE(ada) << ada.error().detail;
    const std::string rules = place.ask("SHOW hba_file");
    const std::string before = text_of(rules);
    std::ofstream(rules
    ) << fmt::format("host all {} 127.0.0.1/32 scram-sha-256\n{}", ada->tenant.user, before);
    place.ask("SELECT pg_reload_conf()");
    const auto gets_in = [](const std::string& url) {
        try {
            connect(settings_for(url));
            return true;
        } catch (const StoreFailure&) {
            return false;
        }
    };
    const std::string other =
        url_for({ada->tenant.user, "wrong"}, ada->url, words_of(*connect(settings_for(ada->url))));
    for (int i = 0; i < 2000 && gets_in(other); ++i) // until the server has read its rules
        std::this_thread::yield();
    EXPECT_FALSE(gets_in(other));
    EXPECT_TRUE(gets_in(ada->url));
    std::ofstream(rules) << before;
    place.ask("SELECT pg_reload_conf()");
}

TEST(TenantUrl, is_that_of_the_administrator_with_another_user)
{
    const User user{"ada", "p/@:?"};
    const Words words{{"host", "db.example"}, {"port", "5433"}, {"dbname", "tasks"}};
    EXPECT_EQ(
        url_for(user, "postgres://root:secret@db.example:5433/tasks", words),
        "postgresql://ada:p%2F%40%3A%3F@db.example:5433/tasks"
    );
    EXPECT_EQ(
        url_for(user, "postgresql://?user=root&password=secret&sslmode=require", words),
        "postgresql://ada:p%2F%40%3A%3F@db.example:5433/tasks?sslmode=require"
    );
}

TEST(TenantUrl, names_what_is_no_single_host_behind_the_database)
{
    const User user{"ada", "p"};
    EXPECT_EQ(
        url_for(
            user, "postgresql:///tasks?host=/run/pg",
            {{"host", "/run/pg"}, {"port", "5432"}, {"dbname", "tasks"}}
        ),
        "postgresql://ada:p@/tasks?host=%2Frun%2Fpg&port=5432"
    );
    EXPECT_EQ(
        url_for(
            user, "postgresql://a:1,b:2/t", {{"host", "a,b"}, {"port", "1,2"}, {"dbname", "t"}}
        ),
        "postgresql://ada:p@/t?host=a%2Cb&port=1%2C2"
    );
}

} // namespace

} // namespace sluice::postgres::tenant_users_test
