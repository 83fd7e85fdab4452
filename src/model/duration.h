// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <chrono>
#include <string>
#include <string_view>

namespace sluice {

// Longer durations are refused; a hundred years, so that adding one to a Time cannot overflow.
inline constexpr std::chrono::seconds duration_max = std::chrono::hours(24 * 36525);

// Reads "90s", "5m", "2h", "2d", "1h30m", and "90" (seconds). Also the longer spellings that
// falconeri's files may use: "5min", "2 hours", "1h 30m", weeks, months (30.44 days) and years
// (365.25 days). Errors (invalid): zero, more than duration_max, another unit, not of this form.
Result<std::chrono::seconds> parse_duration(std::string_view text);

// A number of seconds, with the same limits.
Result<std::chrono::seconds> duration_of_seconds(std::int64_t seconds);

// The short spelling that parse_duration reads back: "1h30m", "2d", "90s" as "1m30s", zero as "0s".
std::string format_duration(std::chrono::seconds duration);

} // namespace sluice
