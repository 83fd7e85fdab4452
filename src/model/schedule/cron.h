// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "model/schedule/zone.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// A cron expression: five fields as in Vixie cron (crontab(5)), or six with the second first.
//
//   [second] minute hour day month weekday
//
//   any field  *  ?  5  1-5  */15  10-40/10  10/15 (from 10 to the end), and lists of those
//   day        L the last of the month, L-3 three days before it; 15W the working day (Monday to
//              Friday) nearest to the 15th within the month, LW the last working day
//   month      1 to 12, JAN to DEC
//   weekday    0 to 7, SUN to SAT; 0 and 7 are Sunday; 5L the last Friday, 5#3 the third Friday
//   instead    @yearly @annually @monthly @weekly @daily @midnight @hourly
//
// Day and weekday: when neither begins with * or ?, a date that fits either of them will do; else
// it must fit both, so "*/2" in one narrows the other. That is the rule of Vixie cron.
//
// The value holds what matches, not how it was spelled: "0 0 * * 7" equals "@weekly".
struct Cron {
    // A bit for each value that matches.
    std::uint64_t seconds = 1;
    std::uint64_t minutes = (std::uint64_t{1} << 60) - 1;
    std::uint64_t hours = (std::uint64_t{1} << 24) - 1;
    std::uint64_t days = (std::uint64_t{1} << 32) - 2;
    std::uint64_t months = (std::uint64_t{1} << 13) - 2;
    std::uint64_t weekdays = (std::uint64_t{1} << 7) - 1;

    std::uint64_t days_before_last = 0;             // bit n: L-n; bit 0: L
    std::uint64_t near_workdays = 0;                // bit n: nW
    bool last_workday = false;                      // LW
    std::uint64_t last_weekdays = 0;                // bit n: nL
    std::array<std::uint64_t, 5> nth_weekdays = {}; // bit n of [k-1]: n#k
    bool either_day = false;                        // neither day nor weekday begins with * or ?

    friend bool operator==(const Cron&, const Cron&) = default;
};

// Errors (invalid): not of this form, or no date ever matches (31 February).
Result<Cron> parse_cron(std::string_view text);

// The shortest usual spelling; parse_cron reads it back.
std::string format_cron(const Cron& cron);

// Whether the expression follows the clock: it allows all 24 hours, so that on its days it is due
// at least once in each. It is due at every second whose local time matches: in both passes of a
// repeated hour, and not for what a gap leaves out.
//
// All others plan local times. Each of those is due once: where it is repeated, the first time;
// where it is skipped, at the first instant after the gap, together with all others that were
// skipped and with one planned for that instant.
bool follows_clock(const Cron& cron);

// The first time after `after` at which it is due; nothing when there is none before the year 2400.
// A pattern may pause for 40 years: the fifth Mondays of February ("0 0 * 2 1#5") are the 29th of
// 2072 and of 2112.
std::optional<Time> next_cron_time(const Cron& cron, const Zone& zone, Time after);

} // namespace sluice
