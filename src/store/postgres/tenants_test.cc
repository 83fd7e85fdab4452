// SPDX-License-Identifier: Apache-2.0
// Tenants, as those see them who make and remove them.
#include "store/tenants.h"

#include "store/postgres/tenants_testing.h"

#include <fmt/format.h>

namespace sluice::postgres::tenants_test {

namespace {

TEST(Tenants, have_names_of_letters_digits_and_underscores)
{
    const TenantsPlace place;
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
    const TenantsPlace place;
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
    const TenantsPlace place;
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
    const TenantsPlace place;
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
    const TenantsPlace place;
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
    const TenantsPlace place;
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
    const TenantsPlace place, other;
    place.made("ada");
    const Tenant ada = place.tenant("ada");
    other.ask(fmt::format("CREATE SCHEMA elsewhere AUTHORIZATION {}", ada.user));
    EXPECT_EQ(error_of(place.admin()->remove(ada)).code, Errc::conflict);
    EXPECT_TRUE(place.has_schema("ada"));
}

TEST(Tenants, are_listed_without_other_schemas)
{
    const TenantsPlace place;
    const auto admin = place.admin();
    EXPECT_EQ(admin->list().value(), std::vector<std::string>{});
    for (const char* name : {"bob", "ada", "Zoe"})
        place.made(name);
    place.ask("CREATE SCHEMA carl; COMMENT ON SCHEMA carl IS 'not of us'");
    EXPECT_EQ(admin->list().value(), (std::vector<std::string>{"Zoe", "ada", "bob"}));
}

TEST(Tenants, are_made_and_removed_by_a_user_who_may_make_roles_and_schemas_and_no_other)
{
    const TenantsPlace place;
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

} // namespace sluice::postgres::tenants_test
