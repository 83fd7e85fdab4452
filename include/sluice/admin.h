// SPDX-License-Identifier: Apache-2.0
// Tenants: schemas of a PostgreSQL database with a user each, who sees no other. With SQLite a
// tenant is a file, and needs none of this.
#pragma once

#include "sluice/export.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::workflows {

// Names match [A-Za-z_][A-Za-z0-9_]{0,62}; reserved ones, as `public` and `pg_…`, are refused.
struct TenantConfig {
    std::string schema_name = {};
    std::string username = {};
    std::string password = {}; // empty: one of 32 characters is made
};

// What the tenant's programs need. Not kept anywhere by the library.
struct TenantCredentials {
    std::string schema_name = {};
    std::string username = {};
    std::string password = {};
    std::string connection_string = {}; // a URL for Runner::with_schema
};

// Makes and removes tenants, as a user of the database who may create schemas and roles. Any thread
// may call; calls block. Error: invalid, conflict, not_found, unavailable; each call does all or
// nothing.
class SLUICE_API Admin {
public:
    // Connects once. Error: invalid for a URL that is not PostgreSQL's, unavailable.
    explicit Admin(const std::string& url);
    Admin(Admin&&) noexcept;
    Admin& operator=(Admin&&) noexcept;
    ~Admin();

    // The schema, the user who owns it, and the tables within. Error: conflict, when one of the two
    // exists.
    TenantCredentials create_tenant(const TenantConfig& config);

    // With all that is in it. Error: not_found; conflict while programs of the tenant hold its
    // tables for more than ten seconds.
    void remove_tenant(std::string_view schema_name, std::string_view username);

    std::vector<std::string> list_tenants() const; // names of schemas, sorted

private:
    struct Impl;

    std::unique_ptr<Impl> impl_;
};

} // namespace sluice::workflows
