// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/log.h"
#include "store/neighbours.h"

#include <memory>
#include <string>

namespace sluice {

// The other processes on one SQLite file, by `<path>-live`: its number is the doorbell that each
// rings after a commit, and its bytes are the lives of the workers. News say only that others have
// written. Throws StoreFailure (broken) when the file cannot be made.
std::unique_ptr<Neighbours> make_sqlite_neighbours(const std::string& path, Log log);

} // namespace sluice
