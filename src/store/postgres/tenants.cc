// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/tenants.h"

#include "base/os.h"
#include "store/postgres/errors.h"
#include "store/postgres/migrator.h"
#include "store/postgres/schema.h"
#include "store/postgres/user_url.h"
#include "store/postgres_sql.h"
#include "store/store_clock.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <new>

namespace sluice::postgres {

namespace {

using namespace std::chrono_literals;
using Kind = StoreFailure::Kind;

constexpr std::size_t password_bytes_max = 1000;
constexpr std::size_t made_password_bytes = 32;
constexpr std::string_view password_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

// A membership, for a while, is what lets an administrator who is no superuser act for a role.

// {0} is the user, {1} the schema, {2} the verifier of the password.
constexpr std::string_view begin_tenant = R"sql(
CREATE ROLE {0} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {2};
GRANT {0} TO CURRENT_USER;
CREATE SCHEMA {1} AUTHORIZATION {0};
REVOKE ALL ON SCHEMA {1} FROM PUBLIC;
COMMENT ON SCHEMA {1} IS 'sluice tenant';
ALTER ROLE {0} SET search_path = {1};
SET LOCAL ROLE {0};
SET LOCAL search_path = {1}
)sql";

constexpr std::string_view end_tenant = R"sql(
RESET ROLE;
REVOKE {0} FROM CURRENT_USER
)sql";

constexpr std::string_view drop_tenant = R"sql(
SET LOCAL statement_timeout = '10min';
DROP SCHEMA {1} CASCADE;
DROP OWNED BY {0};
DROP ROLE {0}
)sql";

[[noreturn]] void refuse(Errc code, std::string detail)
{
    throw StoreFailure(Kind::refused, Error{code, std::move(detail)});
}

// A transaction on a connection of its own, undone if it is not committed.
class Transaction {
public:
    Transaction(const ConnectSettings& settings, std::string_view name)
        : name_(name), connection_(postgres::connect(settings))
    {
        run("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
    }

    PGconn& connection() { return *connection_; }

    void run(const std::string& sql) { execute(*connection_, name_, sql); }

    Answer ask(const Statement& statement, const std::string& parameter)
    {
        return execute(*connection_, name_, std::string(statement.text), {parameter});
    }

    bool is_true(const Statement& statement, const std::string& parameter)
    {
        return PQgetvalue(ask(statement, parameter).get(), 0, 0) == std::string_view("t");
    }

    void commit() { run("COMMIT"); }

    std::string identifier(const std::string& name)
    {
        return taken(PQescapeIdentifier(connection_.get(), name.data(), name.size()));
    }

    // What the server keeps of a password, as a literal: no log of it ever has the password.
    std::string verifier(const std::string& user, const std::string& password)
    {
        const std::string text = taken(PQencryptPasswordConn(
            connection_.get(), password.c_str(), user.c_str(), "scram-sha-256"
        ));
        return taken(PQescapeLiteral(connection_.get(), text.data(), text.size()));
    }

private:
    std::string taken(char* text)
    {
        if (!text)
            throw lost(name_, *connection_);
        const std::unique_ptr<char, void (*)(void*)> owned(text, PQfreemem);
        return text;
    }

    std::string_view name_;
    Handle connection_;
};

Result<void> check(const Tenant& tenant)
{
    if (const Result<void> checked = check_schema_name(tenant.schema); !checked)
        return checked;
    return check_user_name(tenant.user);
}

Result<void> check_password(std::string_view password)
{
    const bool has_nul = password.find('\0') != std::string_view::npos;
    if (!has_nul && password.size() <= password_bytes_max)
        return {};
    return Error{
        Errc::invalid,
        fmt::format("password: up to {} bytes without NUL are accepted", password_bytes_max)};
}

class PostgresTenants final : public Tenants {
public:
    PostgresTenants(ConnectSettings settings, std::chrono::milliseconds wait_max)
        : settings_(std::move(settings)), wait_max_(wait_max)
    {}

    Result<TenantAccess> create(const Tenant& tenant, std::string password) const override
    {
        if (const Result<void> checked = check(tenant); !checked)
            return checked.error();
        if (const Result<void> checked = check_password(password); !checked)
            return checked.error();
        SystemRandom random;
        if (password.empty())
            password = random_text(random, password_letters, made_password_bytes);
        try {
            create_whole(tenant, password, random);
        } catch (const StoreFailure& failure) {
            return failure.error();
        }
        const User user{tenant.user, password};
        std::string url = url_for(user, settings_.url, *settings_.environment);
        return TenantAccess{tenant, std::move(password), std::move(url)};
    }

    Result<void> remove(const Tenant& tenant) const override
    {
        if (const Result<void> checked = check(tenant); !checked)
            return checked;
        const auto deadline = std::chrono::steady_clock::now() + wait_max_;
        // Those who use the tables lock them in another order: one of us may be chosen to give way.
        for (auto now = deadline - wait_max_; now < deadline;
             now = std::chrono::steady_clock::now()) {
            try {
                remove_whole(tenant, std::chrono::ceil<std::chrono::milliseconds>(deadline - now));
                return {};
            } catch (const StoreFailure& failure) {
                if (failure.kind() != Kind::again)
                    return failure.error();
            }
        }
        return Error{
            Errc::conflict,
            fmt::format(
                "tenant '{}': its tables are in use: stop the programs that use them, then try "
                "again",
                tenant.schema
            )};
    }

    Result<std::vector<std::string>> list() const override
    {
        try {
            const Handle connection = postgres::connect(settings_);
            const Answer rows =
                execute(*connection, sql::tenants.name, std::string(sql::tenants.text));
            std::vector<std::string> names;
            for (int row = 0; row < PQntuples(rows.get()); ++row)
                names.emplace_back(PQgetvalue(rows.get(), row, 0));
            return names;
        } catch (const StoreFailure& failure) {
            return failure.error();
        }
    }

private:
    void create_whole(const Tenant& tenant, const std::string& password, Random& random) const
    {
        Transaction change(settings_, "create tenant");
        // A Runner makes a schema that it misses.
        change.ask(sql::lock_new_schema, tenant.schema);
        if (change.is_true(sql::schema_exists, tenant.schema))
            refuse(Errc::conflict, fmt::format("schema '{}' exists already", tenant.schema));
        if (change.is_true(sql::user_exists, tenant.user))
            refuse(Errc::conflict, fmt::format("user '{}' exists already", tenant.user));
        const std::string user = change.identifier(tenant.user);
        const std::string schema = change.identifier(tenant.schema);
        const std::string verifier = change.verifier(tenant.user, password);
        change.run(fmt::format(begin_tenant, user, schema, verifier));
        migrate_within(change.connection(), SystemClockSource().wall(), random);
        change.run(fmt::format(end_tenant, user));
        change.commit();
    }

    void remove_whole(const Tenant& tenant, std::chrono::milliseconds wait) const
    {
        Transaction change(settings_, "remove tenant");
        change.run(fmt::format(
            "SET LOCAL lock_timeout = {0}; SET LOCAL statement_timeout = {0}", wait.count()
        ));
        check_owner(change, tenant);
        const std::string user = change.identifier(tenant.user);
        const std::string schema = change.identifier(tenant.schema);
        change.run(fmt::format("GRANT {} TO CURRENT_USER", user));
        lock_tables(change, tenant);
        change.run(fmt::format(drop_tenant, user, schema));
        change.commit();
    }

    static void check_owner(Transaction& change, const Tenant& tenant)
    {
        const Answer found = change.ask(sql::tenant_owner, tenant.schema);
        if (PQntuples(found.get()) == 0)
            refuse(Errc::not_found, fmt::format("no tenant named '{}'", tenant.schema));
        if (PQgetvalue(found.get(), 0, 0) != tenant.user)
            refuse(
                Errc::not_found,
                fmt::format("tenant '{}' has no user '{}'", tenant.schema, tenant.user)
            );
    }

    // All at once, in the time of one statement.
    static void lock_tables(Transaction& change, const Tenant& tenant)
    {
        const Answer tables = change.ask(sql::tenant_tables, tenant.schema);
        std::string names;
        for (int row = 0; row < PQntuples(tables.get()); ++row)
            names += fmt::format(
                "{}{}.{}", names.empty() ? "" : ", ", change.identifier(tenant.schema),
                change.identifier(PQgetvalue(tables.get(), row, 0))
            );
        if (!names.empty())
            change.run(fmt::format("LOCK TABLE {}", names));
    }

    ConnectSettings settings_;
    std::chrono::milliseconds wait_max_;
};

} // namespace

Result<std::unique_ptr<Tenants>>
open_tenants(const std::string& url, std::chrono::milliseconds wait_max)
{
    ConnectSettings settings;
    settings.url = url;
    // A superuser must not meet functions that somebody has put beside the server's own.
    settings.schema = "pg_catalog";
    try {
        const Handle connection = postgres::connect(settings);
        settings.environment = std::make_shared<const Words>(words_of(*connection));
    } catch (const StoreFailure& failure) {
        return failure.error();
    }
    return std::make_unique<PostgresTenants>(std::move(settings), wait_max);
}

} // namespace sluice::postgres
