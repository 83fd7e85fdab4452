// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.h"
#include "base/time.h"
#include "store/postgres/connect.h"
#include "store/statement.h"

#include <span>

namespace sluice::postgres {

// Brings the database to the newest schema that the program knows, each step in a transaction of
// its own. Several processes may do so at once: one works, the others wait and find it done. Makes
// the database's random number (setting uid_secret) if it has none. Errors: invalid when the
// database is newer than the program; unavailable and others as connect().
Result<void> migrate(const ConnectSettings& settings, Time now, Random& random);

// The same with other steps, for tests.
Result<void> migrate(
    const ConnectSettings& settings, Time now, Random& random, std::span<const Migration> migrations
);

// The same in the transaction that is open on `connection`, in the schema that it sees. Throws
// StoreFailure.
void migrate_within(PGconn& connection, Time now, Random& random);

} // namespace sluice::postgres
