// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <string>

namespace sluice {

// The content of a file of settings or with a token, at most 1 MiB. Blocking. Errors: those of
// reading it, by its path; invalid when it is larger.
Result<std::string> read_small_file(const std::string& path);

} // namespace sluice
