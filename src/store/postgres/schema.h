// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "store/postgres/connect.h"

#include <string_view>

namespace sluice::postgres {

// What a tenant's schema may be called: [A-Za-z_][A-Za-z0-9_]{0,62}, and not like one of the
// server's own or `public`. Errors: invalid.
Result<void> check_schema_name(std::string_view name);

// The same for the user who owns one.
Result<void> check_user_name(std::string_view name);

// The connection sees that schema and nothing else, or StoreFailure (broken) is thrown: options are
// dropped by some poolers, and what is written then would be another's.
void verify_schema(
    PGconn& connection, const std::string& schema, const BreakOff* break_off = nullptr
);

// Makes settings.schema, a checked name, when the database has none of that name. Throws
// StoreFailure as connect(), and as the server says no when this user may not.
void make_schema(const ConnectSettings& settings);

} // namespace sluice::postgres
