// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"

#include <string>

namespace sluice {

// Reads a file of JSON or YAML, by its ending or else by its content; "-" is stdin. Errors: a file
// that cannot be read, and (invalid) what stands in it.
Result<Json> read_document(const std::string& path);

} // namespace sluice
