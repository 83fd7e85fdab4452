// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "store/sqlite/connection.h"
#include "store/statement.h"

#include <span>

namespace sluice::sqlite {

// Brings the tables up to the last of `migrations`, which are numbered from 1 without a gap. Each
// is one write transaction, so several processes may start at once and a crash leaves a whole
// number of them. The first one also draws the database's uid_secret.
// Throws broken (invalid) for a database that a newer program has migrated further.
void migrate(Connection& connection, std::span<const Migration> migrations, Time now);

} // namespace sluice::sqlite
