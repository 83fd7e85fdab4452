// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace sluice {

// The id of a part of something that has a public id, computed from its name there: a UUID version
// 5 (RFC 9562) with `parent`, a UUID, as its namespace.
std::string named_uid(std::string_view parent, std::string_view name);

} // namespace sluice
