// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace sluice {

// A schema of a PostgreSQL database and the user who owns it and sees no other
// (docs/decisions/0011). Names match [A-Za-z_][A-Za-z0-9_]{0,62} and are none of the server's own.
struct Tenant {
    std::string schema;
    std::string user;
};

// What a tenant's programs need. The password is kept nowhere.
struct TenantAccess {
    Tenant tenant;
    std::string password;
    std::string url; // with user and password; the schema is StoreOptions::schema
};

// Makes and removes tenants, as a user who may create schemas and roles. Any thread may call; calls
// block, have a connection of their own and do all or nothing. Errors: unauthorized, unavailable.
class Tenants {
public:
    virtual ~Tenants() = default;

    // The user, the schema and the tables within. An empty password: one of 32 characters is made.
    // Errors: invalid, conflict when the user or the schema exists.
    virtual Result<TenantAccess> create(const Tenant& tenant, std::string password) const = 0;

    // With all that the user owns in the database. Errors: invalid, not_found, conflict while
    // others use the tables.
    virtual Result<void> remove(const Tenant& tenant) const = 0;

    virtual Result<std::vector<std::string>> list() const = 0; // names of schemas, sorted
};

// Connects once, to see that it can; what libpq reads from the environment is kept. remove() waits
// so long for those who use the tables. Errors: invalid for a URL that is not PostgreSQL's,
// unavailable.
Result<std::unique_ptr<Tenants>>
open_tenants(const std::string& url, std::chrono::milliseconds wait_max = std::chrono::seconds(10));

} // namespace sluice
