// SPDX-License-Identifier: Apache-2.0
#include "model/json/json_number.h"

#include "base/assert.h"

#include <cmath>

namespace sluice {

namespace {

JsonNumber number_of(std::int64_t value)
{
    if (value < 0)
        return value;
    return static_cast<std::uint64_t>(value);
}

JsonNumber number_of(double value)
{
    // Both limits are doubles exactly, and within them no whole double is rounded.
    const bool fits = value >= -0x1p63 && value < 0x1p64;
    if (!fits || value != std::trunc(value))
        return value;
    if (value < 0)
        return static_cast<std::int64_t>(value);
    return static_cast<std::uint64_t>(value);
}

} // namespace

JsonNumber json_number(const Json& value)
{
    SLUICE_ASSERT(value.is_number());
    if (value.is_number_unsigned())
        return value.get<std::uint64_t>();
    if (value.is_number_integer())
        return number_of(value.get<std::int64_t>());
    return number_of(value.get<double>());
}

} // namespace sluice
