// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/failure.h"

#include <libpq-fe.h>

#include <string_view>

namespace sluice::postgres {

// What an error code of PostgreSQL means to the store: the one table of this dialect.
struct Meaning {
    StoreFailure::Kind kind;
    Errc code;
};
Meaning meaning_of(std::string_view sqlstate);

// The failure that a result tells; `context` is the name of the statement.
StoreFailure failure_of(std::string_view context, const PGresult& result);

// The connection is gone, or could not be made.
StoreFailure lost(std::string_view context, const PGconn& connection);
StoreFailure lost(std::string_view context, std::string_view reason);

} // namespace sluice::postgres
