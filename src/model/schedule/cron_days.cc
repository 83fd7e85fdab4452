// SPDX-License-Identifier: Apache-2.0
#include "model/schedule/cron_days.h"

#include <bit>

namespace sluice {

namespace {

// The calendar of a month, all that its matching days depend on.
struct Calendar {
    unsigned first_weekday; // of day 1; 0 is Sunday
    unsigned last;          // day of the month

    unsigned weekday(unsigned day) const { return (first_weekday + day - 1) % 7; }
};

Calendar calendar_of(std::chrono::year_month month)
{
    const std::chrono::weekday first{std::chrono::sys_days(month / 1)};
    return {first.c_encoding(), static_cast<unsigned>((month / std::chrono::last).day())};
}

std::uint64_t bit(unsigned day)
{
    return std::uint64_t{1} << day;
}

// The weekdays as days of a week that begins with weekday `first`: bit 0 is that one.
std::uint64_t week_from(unsigned first, std::uint64_t weekdays)
{
    return (weekdays >> first | weekdays << (7 - first)) & 0x7f;
}

// The working day nearest to `day` without leaving the month.
unsigned near_workday(const Calendar& calendar, unsigned day)
{
    switch (calendar.weekday(day)) {
    case 6:
        return day > 1 ? day - 1 : day + 2;
    case 0:
        return day < calendar.last ? day + 1 : day - 2;
    default:
        return day;
    }
}

std::uint64_t by_date(const Cron& cron, const Calendar& calendar)
{
    std::uint64_t found = cron.days;
    for (std::uint64_t rest = cron.days_before_last; rest; rest &= rest - 1) {
        const auto before = static_cast<unsigned>(std::countr_zero(rest));
        if (before < calendar.last)
            found |= bit(calendar.last - before);
    }
    for (std::uint64_t rest = cron.near_workdays; rest; rest &= rest - 1) {
        const auto day = static_cast<unsigned>(std::countr_zero(rest));
        if (day <= calendar.last)
            found |= bit(near_workday(calendar, day));
    }
    if (cron.last_workday)
        found |= bit(near_workday(calendar, calendar.last));
    return found;
}

std::uint64_t by_weekday(const Cron& cron, const Calendar& calendar)
{
    std::uint64_t found = 0;
    for (unsigned week = 0; week < 5; ++week)
        found |= week_from(calendar.first_weekday, cron.weekdays | cron.nth_weekdays[week])
                 << (7 * week + 1);
    const unsigned last_week = calendar.last - 6; // its first day
    return found | week_from(calendar.weekday(last_week), cron.last_weekdays) << last_week;
}

} // namespace

std::uint64_t matching_days(const Cron& cron, std::chrono::year_month month)
{
    const Calendar calendar = calendar_of(month);
    const std::uint64_t dates = by_date(cron, calendar);
    const std::uint64_t weekdays = by_weekday(cron, calendar);
    const std::uint64_t all = bit(calendar.last + 1) - 2;
    return (cron.either_day ? dates | weekdays : dates & weekdays) & all;
}

} // namespace sluice
