// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <string>

namespace sluice {

// Removes a directory with everything below, of any depth, following no link. Directories that
// forbid it are opened up first. Fine when it does not exist. Blocking.
Result<void> remove_tree(const std::string& root);

// The same, but the directory itself stays: it may be a mount.
Result<void> empty_tree(const std::string& root);

} // namespace sluice
