// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"

#include <cstdint>
#include <variant>

namespace sluice {

// A JSON number by its value, however it was written (1, 1.0, 1e0): whole numbers from -2^63 up to
// 2^64 - 1 are integers, signed when negative, and all others doubles. So two are equal exactly
// when their values are. Json's own == is not like that: it rounds an integer that it compares with
// a double, and takes -1 for 18446744073709551615.
using JsonNumber = std::variant<std::int64_t, std::uint64_t, double>;

// `value` is a number.
JsonNumber json_number(const Json& value);

} // namespace sluice
