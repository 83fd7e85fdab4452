// SPDX-License-Identifier: Apache-2.0
#include "model/schedule/tick_span.h"

#include <algorithm>

namespace sluice {

namespace {

using std::chrono::sys_days;
using std::chrono::year;

// What is looked at backwards. Cron begins in the year 1, and times are written with four digits;
// so no difference of two of these times overflows.
constexpr Time first_time = sys_days(year(1) / 1 / 1);
constexpr Time last_time = sys_days(year(10'000) / 1 / 1);

// The next tick after `after`, if it comes before `before`.
std::optional<Time> tick_between(const Schedule& schedule, Time after, Time before)
{
    const std::optional<Time> tick = next_tick(schedule, after);
    return tick && *tick < before ? tick : std::nullopt;
}

// Some tick before `before`, found in steps back that double: near ones are found soon.
std::optional<Time> tick_before(const Schedule& schedule, Time before)
{
    Time after = before;
    for (Micros step = std::chrono::seconds(1); after > first_time; step *= 2) {
        after = before - std::min(step, before - first_time);
        if (const std::optional<Time> tick = tick_between(schedule, after, before))
            return tick;
    }
    return std::nullopt;
}

} // namespace

std::vector<Time> ticks_in(const Schedule& schedule, TickSpan span, std::size_t count)
{
    std::vector<Time> ticks;
    while (ticks.size() < count) {
        const std::optional<Time> tick = next_tick(schedule, span.after);
        if (!tick || *tick > span.until)
            break;
        ticks.push_back(*tick);
        span.after = *tick;
    }
    return ticks;
}

std::optional<Time> previous_tick(const Schedule& schedule, Time before)
{
    before = std::min(before, last_time);
    std::optional<Time> found = tick_before(schedule, before);
    // Ticks are found forward only: the last one lies from `found` up to `high`, which halves.
    for (Time high = before; found && *found < high;) {
        const Time middle = *found + (high - *found) / 2;
        if (const std::optional<Time> later = tick_between(schedule, middle, before))
            found = later;
        else
            high = middle;
    }
    return found;
}

} // namespace sluice
