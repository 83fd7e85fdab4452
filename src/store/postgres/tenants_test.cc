// SPDX-License-Identifier: Apache-2.0
// Tenants, as those who make them and as their own users see them.
#include "store/tenants.h"

#include "store/postgres/schema.h"
#include "store/postgres/testing.h"
#include "store/postgres/user_url.h"
#include "store/postgres_sql.h"
#include "support/migrated_postgres.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <thread>

namespace sluice::postgres {

namespace {

using Kind = StoreFailure::Kind;

std::string ask(PGconn& connection, const std::string& sql)
{
    const Answer answer = execute(connection, "test", sql);
    return PQntuples(answer.get()) > 0 ? PQgetvalue(answer.get(), 0, 0) : "";
}

// A database and its administrator. Users belong to the whole cluster: each test has its own.
class Place {
public:
    Place() : number_(++places()) {}

    const std::string& url() const { return database_.url(); }

    std::string ask(const std::string& sql) const
    {
        return postgres::ask(*connect(settings_for(url())), sql);
    }

    std::string user(const std::string& name) const { return fmt::format("{}_{}", name, number_); }
    Tenant tenant(const std::string& name) const { return {name, user(name)}; }

    std::unique_ptr<Tenants> admin(
        const std::string& url, std::chrono::milliseconds wait_max = std::chrono::seconds(10)
    ) const
    {
        Result<std::unique_ptr<Tenants>> opened = open_tenants(url, wait_max);
        EXPECT_TRUE(opened) << opened.error().detail;
        return *std::move(opened);
    }
    std::unique_ptr<Tenants> admin() const { return admin(url()); }

    // Of a new tenant.
    ConnectSettings made(const std::string& name) const
    {
        const Result<TenantAccess> access = admin()->create(tenant(name), "");
        EXPECT_TRUE(access) << access.error().detail;
        ConnectSettings settings = settings_for(access->url);
        settings.schema = name;
        return settings;
    }

    bool has_user(const std::string& name) const
    {
        return ask(fmt::format("SELECT count(*) FROM pg_roles WHERE rolname = '{}'", name)) == "1";
    }
    bool has_schema(const std::string& name) const
    {
        return ask(fmt::format("SELECT count(*) FROM pg_namespace WHERE nspname = '{}'", name)) ==
               "1";
    }

    // The folder of the cluster's socket, files and log.
    std::string folder() const { return ask("SHOW unix_socket_directories"); }

    const testing::ScratchDatabase& database() const { return database_; }

private:
    static int& places()
    {
        static int count = 0;
        return count;
    }

    testing::ScratchDatabase database_;
    int number_;
};

template <class T>
Error error_of(const Result<T>& result)
{
    if (result) {
        ADD_FAILURE() << "nothing was refused";
        return {};
    }
    return result.error();
}

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
    const Place place;
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
    const Place place;
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
    const Place place;
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
    const Place place;
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
    const Place place;
    ConnectSettings ada = place.made("Ada");
    ada.schema.clear();
    EXPECT_EQ(ask(*connect(ada), "SELECT current_schema()"), "Ada");
}

TEST(Tenants, can_start_for_the_tables_are_there_and_theirs)
{
    const Place place;
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
    const Place place;
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
    const Place place;
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

TEST(Tenants, have_names_of_letters_digits_and_underscores)
{
    const Place place;
    const auto admin = place.admin();
    for (const char* name :
         {"", "a\"b", "a'b", "a\"; DROP SCHEMA public CASCADE; --", "a'; DROP ROLE sluice; --",
          "a b", "a.b", "1a", "pg_ada", "public", "none", "information_schema"}) {
        const Tenant bad_schema{name, place.user("ada")}, bad_user{"ada", name};
        for (const Tenant& tenant : {bad_schema, bad_user}) {
            EXPECT_EQ(error_of(admin->create(tenant, "")).code, Errc::invalid) << name;
            EXPECT_EQ(error_of(admin->remove(tenant)).code, Errc::invalid) << name;
        }
    }
    EXPECT_EQ(
        error_of(admin->create({"ada", "a\"b"}, "")).detail,
        "user 'a\"b': up to 63 letters, digits and underscores are accepted, and no digit in front"
    );
    EXPECT_TRUE(place.has_schema("public"));
    EXPECT_FALSE(place.has_schema("ada"));
    EXPECT_FALSE(place.has_user(place.user("ada")));
}

TEST(Tenants, may_be_called_as_words_of_the_language_are)
{
    const Place place;
    const auto admin = place.admin();
    for (const char* name : {"select", "User", "TABLE", "_"}) {
        const Tenant tenant = place.tenant(name);
        const Result<TenantAccess> access = admin->create(tenant, "");
        ASSERT_TRUE(access) << access.error().detail;
        ConnectSettings settings = settings_for(access->url);
        settings.schema = name;
        EXPECT_EQ(ask(*connect(settings), "SELECT current_user"), tenant.user);
        EXPECT_TRUE(admin->remove(tenant)) << name;
    }
}

TEST(Tenants, are_made_whole_or_not_at_all)
{
    const Place place;
    const auto admin = place.admin();
    const Tenant ada = place.tenant("ada");
    place.ask(fmt::format("CREATE ROLE {}", ada.user));
    const Error of_user = error_of(admin->create(ada, ""));
    EXPECT_EQ(of_user.code, Errc::conflict);
    EXPECT_EQ(of_user.detail, fmt::format("user '{}' exists already", ada.user));
    EXPECT_FALSE(place.has_schema("ada"));
    EXPECT_TRUE(place.has_user(ada.user));

    const Tenant bob = place.tenant("bob");
    place.ask("CREATE SCHEMA bob");
    const Error of_schema = error_of(admin->create(bob, ""));
    EXPECT_EQ(of_schema.code, Errc::conflict);
    EXPECT_EQ(of_schema.detail, "schema 'bob' exists already");
    EXPECT_FALSE(place.has_user(bob.user));

    place.ask("CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS "
              "$$ BEGIN RAISE 'not here'; END $$; "
              "CREATE EVENT TRIGGER refuse ON ddl_command_end WHEN TAG IN ('CREATE INDEX') "
              "EXECUTE FUNCTION public.refuse()");
    const Tenant carl = place.tenant("carl");
    const Error of_tables = error_of(admin->create(carl, ""));
    EXPECT_NE(of_tables.detail.find("not here"), std::string::npos) << of_tables.detail;
    EXPECT_FALSE(place.has_schema("carl"));
    EXPECT_FALSE(place.has_user(carl.user));
    place.ask("DROP EVENT TRIGGER refuse");
    EXPECT_TRUE(admin->create(carl, ""));
}

TEST(Tenants, are_removed_with_all_that_is_theirs)
{
    const Place place;
    const auto admin = place.admin();
    const Tenant ada = place.tenant("ada");
    const ConnectSettings of_ada = place.made("ada");
    place.made("bob");
    ask(*connect(of_ada), "CREATE TABLE own (a int); CREATE VIEW v AS SELECT * FROM own");
    place.ask(
        fmt::format("CREATE SCHEMA shared; GRANT ALL ON SCHEMA shared TO {}", place.user("ada"))
    );
    ask(*connect(of_ada), "CREATE TABLE shared.own (a int)");

    const Result<void> removed = admin->remove(ada);
    ASSERT_TRUE(removed) << removed.error().detail;
    EXPECT_FALSE(place.has_schema("ada"));
    EXPECT_FALSE(place.has_user(ada.user));
    EXPECT_EQ(place.ask("SELECT to_regclass('shared.own') IS NULL"), "t");
    EXPECT_TRUE(place.has_schema("bob"));
    EXPECT_EQ(error_of(admin->remove(ada)).detail, "no tenant named 'ada'");
    EXPECT_TRUE(admin->create(ada, "")) << "the names are free again";
}

TEST(Tenants, that_are_none_are_not_removed)
{
    const Place place;
    const auto admin = place.admin();
    place.made("ada");
    place.made("bob");
    place.ask("CREATE SCHEMA carl");
    const Error other = error_of(admin->remove({"ada", place.user("bob")}));
    EXPECT_EQ(other.code, Errc::not_found);
    EXPECT_EQ(other.detail, fmt::format("tenant 'ada' has no user '{}'", place.user("bob")));
    EXPECT_EQ(error_of(admin->remove({"carl", "sluice"})).code, Errc::not_found);
    EXPECT_EQ(error_of(admin->remove({"dora", "sluice"})).code, Errc::not_found);
    for (const char* schema : {"ada", "bob", "carl"})
        EXPECT_TRUE(place.has_schema(schema)) << schema;
    EXPECT_TRUE(place.has_user(place.user("bob")));
}

TEST(Tenants, whose_tables_are_in_use_are_kept)
{
    const Place place;
    const Tenant ada = place.tenant("ada");
    const Handle runner = connect(place.made("ada"));
    ask(*runner, "BEGIN");
    ask(*runner, "SELECT count(*) FROM task");
    const Error refused =
        error_of(place.admin(place.url(), std::chrono::milliseconds(50))->remove(ada));
    EXPECT_EQ(refused.code, Errc::conflict);
    EXPECT_EQ(
        refused.detail,
        "tenant 'ada': its tables are in use: stop the programs that use them, then try again"
    );
    EXPECT_EQ(ask(*runner, "SELECT count(*) FROM task"), "0");
    ask(*runner, "COMMIT");

    // A connection that does nothing is no hindrance, and finds nothing any more.
    ASSERT_TRUE(place.admin()->remove(ada));
    failure_from([&] { ask(*runner, "SELECT count(*) FROM task"); });
}

TEST(Tenants, that_own_things_in_other_databases_are_kept)
{
    const Place place, other;
    place.made("ada");
    const Tenant ada = place.tenant("ada");
    other.ask(fmt::format("CREATE SCHEMA elsewhere AUTHORIZATION {}", ada.user));
    EXPECT_EQ(error_of(place.admin()->remove(ada)).code, Errc::conflict);
    EXPECT_TRUE(place.has_schema("ada"));
}

TEST(Tenants, are_listed_without_other_schemas)
{
    const Place place;
    const auto admin = place.admin();
    EXPECT_EQ(admin->list().value(), std::vector<std::string>{});
    for (const char* name : {"bob", "ada", "Zoe"})
        place.made(name);
    place.ask("CREATE SCHEMA carl; COMMENT ON SCHEMA carl IS 'not of us'");
    EXPECT_EQ(admin->list().value(), (std::vector<std::string>{"Zoe", "ada", "bob"}));
}

TEST(Tenants, are_made_and_removed_by_a_user_who_may_make_roles_and_schemas_and_no_other)
{
    const Place place;
    const std::string maker = place.user("maker"), guest = place.user("guest");
    place.ask(fmt::format("CREATE ROLE {} LOGIN CREATEROLE; CREATE ROLE {} LOGIN", maker, guest));
    place.ask(fmt::format(
        "DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO {}', current_database()); "
        "END $$",
        maker
    ));
    const Tenant ada = place.tenant("ada");
    const auto by = [&](const std::string& user) {
        return place.admin(place.url() + "&user=" + user);
    };
    EXPECT_EQ(error_of(by(guest)->create(ada, "")).code, Errc::unauthorized);
    EXPECT_FALSE(place.has_user(ada.user));

    const Result<TenantAccess> access = by(maker)->create(ada, "");
    ASSERT_TRUE(access) << access.error().detail;
    EXPECT_EQ(
        failure_from([&] {
            ask(*connect(settings_for(place.url() + "&user=" + maker)), "TABLE ada.task");
        })
            .error()
            .code,
        Errc::unauthorized
    ) << "no right is left to who has made it";
    EXPECT_EQ(error_of(by(guest)->remove(ada)).code, Errc::unauthorized);
    const Result<void> removed = by(maker)->remove(ada);
    EXPECT_TRUE(removed) << removed.error().detail;
}

TEST(Tenants, have_a_password_of_their_own_that_no_log_of_the_server_has)
{
    const Place place;
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
    const Place place;
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

TEST(Tenants, need_postgresql)
{
    for (const char* url : {"sqlite:///x.db", "x.db", ":memory:"}) {
        const Error error = error_of(open_tenants(url));
        EXPECT_EQ(error.code, Errc::invalid);
        EXPECT_EQ(
            error.detail, "a schema needs PostgreSQL; give each tenant an SQLite file of its own"
        );
    }
    EXPECT_EQ(error_of(open_tenants("mysql://h/d")).code, Errc::invalid);
    EXPECT_EQ(error_of(open_tenants("postgresql:///d?host=/nowhere")).code, Errc::unavailable);
}

} // namespace

} // namespace sluice::postgres
