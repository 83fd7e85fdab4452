// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/log.h"
#include "base/result.h"

#include <string>

namespace sluice {

class Store;

// Sees to it that the database has this API key, with the role admin and the name "bootstrap": the
// one that an installation was made with, so that its first user has a key. Any number of servers
// may do it at once. A key that was revoked stays revoked. An empty one asks for nothing. Errors:
// those of the store.
Async<Result<void>> ensure_bootstrap_key(Store& store, std::string key, Log log);

} // namespace sluice
