// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace sluice {

// What a local time stands for in a zone. Local times are skipped when clocks are set forward and
// repeated when they are set back.
struct LocalInstants {
    // When clocks show it, the first time if they do so twice; if never: the first instant after
    // the gap.
    std::chrono::sys_seconds first;
    // When the clocks were set, if it is skipped or repeated; else the same as `first`.
    std::chrono::sys_seconds change;

    friend bool operator==(const LocalInstants&, const LocalInstants&) = default;
};

// A stretch of time in which local time is UTC plus `offset`.
struct ZonePeriod {
    std::chrono::seconds offset;
    std::chrono::sys_seconds end; // the first second after it; zone_end when it has no end

    friend bool operator==(const ZonePeriod&, const ZonePeriod&) = default;
};

// What is known of zones ends here.
inline constexpr std::chrono::sys_seconds zone_end =
    std::chrono::sys_days(std::chrono::year(2400) / 1 / 1);

// A time zone: a value, cheap to copy, safe from any thread. Its rules are those that the database
// had when the process first asked for the zone.
class Zone {
public:
    Zone() = default; // UTC, which needs no database

    const std::string& name() const;
    ZonePeriod period_at(std::chrono::sys_seconds time) const;
    std::chrono::local_seconds local(std::chrono::sys_seconds time) const;
    LocalInstants instants(std::chrono::local_seconds local) const;

    friend bool operator==(const Zone& a, const Zone& b) { return a.name() == b.name(); }

private:
    friend Result<Zone> find_zone(std::string_view name);
    struct Rules;

    std::shared_ptr<const Rules> rules_; // none: UTC
};

// The zone of that name in the system's IANA database (/usr/share/zoneinfo, or $TZDIR).
// Errors: invalid (no such zone, with near names), unavailable (there is no database).
Result<Zone> find_zone(std::string_view name);

} // namespace sluice
