// SPDX-License-Identifier: Apache-2.0
#include "model/schedule/cron.h"

#include "model/schedule/cron_days.h"

#include <algorithm>
#include <bit>

namespace sluice {

using std::chrono::floor;
using std::chrono::local_days;
using std::chrono::local_seconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;

namespace {

// 29 February falls on a given weekday every 28 years, or every 40 around a year like 2100.
constexpr std::chrono::years pause_max(40);

// Times before are taken for this one.
constexpr sys_seconds first_time = std::chrono::sys_days(std::chrono::year(1) / 1 / 1);

// The lowest bit that is set at or above `from`.
std::optional<int> next_bit(std::uint64_t bits, int from)
{
    const std::uint64_t rest = from < 64 ? bits >> from << from : 0;
    if (rest == 0)
        return std::nullopt;
    return std::countr_zero(rest);
}

int second_of_day(int hour, int minute, int second)
{
    return (hour * 60 + minute) * 60 + second;
}

// The first matching second of a day at or after `from`.
std::optional<int> next_second_of_day(const Cron& cron, int from)
{
    const int hour = from / 3600, minute = from / 60 % 60;
    const int first_minute = std::countr_zero(cron.minutes);
    const int first_second = std::countr_zero(cron.seconds);

    if (next_bit(cron.hours, hour) == hour) {
        if (next_bit(cron.minutes, minute) == minute)
            if (const std::optional<int> second = next_bit(cron.seconds, from % 60))
                return second_of_day(hour, minute, *second);
        if (const std::optional<int> later = next_bit(cron.minutes, minute + 1))
            return second_of_day(hour, *later, first_second);
    }
    if (const std::optional<int> later = next_bit(cron.hours, hour + 1))
        return second_of_day(*later, first_minute, first_second);
    return std::nullopt;
}

std::optional<local_days> next_day(const Cron& cron, local_days from)
{
    const std::chrono::year_month_day date{from};
    auto day = static_cast<unsigned>(date.day());
    std::chrono::year_month month = date.year() / date.month();
    for (const auto end = month + pause_max; month <= end; month += std::chrono::months(1)) {
        if (cron.months >> static_cast<unsigned>(month.month()) & 1)
            if (const std::uint64_t days = matching_days(cron, month) >> day << day)
                return local_days(month / std::countr_zero(days));
        day = 1;
    }
    return std::nullopt;
}

// The first matching local time at or after `from`.
std::optional<local_seconds> next_local(const Cron& cron, local_seconds from)
{
    const auto today = floor<std::chrono::days>(from);
    std::optional<local_days> day = next_day(cron, today);
    if (day == today) {
        const auto passed = static_cast<int>((from - today).count());
        if (const std::optional<int> second = next_second_of_day(cron, passed))
            return today + seconds(*second);
        day = next_day(cron, today + std::chrono::days(1));
    }
    if (!day)
        return std::nullopt;
    return *day + seconds(*next_second_of_day(cron, 0));
}

std::optional<sys_seconds> next_by_clock(const Cron& cron, const Zone& zone, sys_seconds after)
{
    sys_seconds from = after + seconds(1);
    while (from < zone_end) {
        const ZonePeriod period = zone.period_at(from);
        const local_seconds shown(from.time_since_epoch() + period.offset);
        const std::optional<local_seconds> local = next_local(cron, shown);
        if (!local)
            return std::nullopt;
        const sys_seconds time(local->time_since_epoch() - period.offset);
        if (time < period.end)
            return time;
        from = period.end;
    }
    return std::nullopt;
}

std::optional<sys_seconds> next_planned(const Cron& cron, const Zone& zone, sys_seconds after)
{
    std::optional<local_seconds> local = next_local(cron, zone.local(after) + seconds(1));
    while (local) {
        const LocalInstants found = zone.instants(*local);
        if (found.first > after)
            return found.first;
        // Clocks show it for the second time, and then all that is left up to the change.
        local = next_local(cron, *local + std::max(found.change - found.first, seconds(1)));
    }
    return std::nullopt;
}

} // namespace

bool follows_clock(const Cron& cron)
{
    return cron.hours == Cron{}.hours;
}

std::optional<Time> next_cron_time(const Cron& cron, const Zone& zone, Time after)
{
    if (after >= zone_end)
        return std::nullopt;
    const sys_seconds from = std::max(floor<seconds>(after), first_time);
    const std::optional<sys_seconds> next =
        follows_clock(cron) ? next_by_clock(cron, zone, from) : next_planned(cron, zone, from);
    if (!next || *next >= zone_end)
        return std::nullopt;
    return *next;
}

} // namespace sluice
