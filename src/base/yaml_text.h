// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"

#include <string>

namespace sluice {

// A document in block style; text is quoted where YAML would read it as something else.
// parse_yaml() reads the same document back.
std::string to_yaml(const Json& document);

} // namespace sluice
