// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <string>

namespace sluice {

// Where the directory of a pod's worker stands: beside this program (../lib/sluice/worker). Errors:
// not_found, which says what was looked for.
Result<std::string> worker_directory();

// Copies that directory's files into `target`, which may exist, as the init container of a pod
// does: each appears whole, and the program last. Blocks. Errors: those of reading and writing.
Result<void> install_worker(const std::string& source, const std::string& target);

} // namespace sluice
