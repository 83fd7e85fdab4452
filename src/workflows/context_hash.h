// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace sluice {

// 32 hexadecimal digits, the same for contexts that are equal as JSON: 128 bits of the SHA-256 of
// the canonical form. `context` is stored text; "" is the empty one.
std::string context_hash(std::string_view context);

} // namespace sluice
