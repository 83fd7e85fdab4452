// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <chrono>
#include <string>
#include <string_view>

namespace sluice {

using Micros = std::chrono::microseconds;

// A point in store time (docs/data-model.md, "One clock"): microseconds since 1970 UTC.
using Time = std::chrono::time_point<std::chrono::system_clock, Micros>;

// Where "now" comes from. Implementations are safe to call from any thread.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Time now() const = 0;
};

// RFC 3339 in UTC with microseconds: "2026-01-31T12:00:00.000000Z".
std::string format_time(Time time);

// Reads RFC 3339 with any offset and up to nine digits of a second (cut to microseconds).
Result<Time> parse_time(std::string_view text);

constexpr std::int64_t to_micros(Time time)
{
    return time.time_since_epoch().count();
}

constexpr Time from_micros(std::int64_t micros)
{
    return Time{Micros{micros}};
}

} // namespace sluice
