// SPDX-License-Identifier: Apache-2.0
// What tests of tenants share.
#pragma once

#include "store/postgres/testing.h"
#include "store/tenants.h"
#include "support/migrated_postgres.h"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <string>

namespace sluice::postgres {

// A database and its administrator. Users belong to the whole cluster: each test has its own.
class TenantsPlace {
public:
    TenantsPlace() : number_(++places()) {}

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

} // namespace sluice::postgres
