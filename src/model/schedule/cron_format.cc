// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "model/schedule/cron.h"
#include "model/schedule/cron_field.h"

#include <fmt/format.h>

#include <bit>
#include <utility>
#include <vector>

namespace sluice {

namespace {

using Items = std::vector<std::string>;

std::uint64_t steps_of(const CronField& field, int step)
{
    std::uint64_t bits = 0;
    for (int value = field.first; value <= field.last; value += step)
        bits |= cron_bit(value);
    return bits;
}

// "*", or "*/15" for what steps through the whole field in at least three values.
std::string as_steps(const CronField& field, std::uint64_t bits)
{
    if (bits == steps_of(field, 1))
        return "*";
    for (int step = 2; 2 * step <= field.last - field.first; ++step)
        if (bits == steps_of(field, step))
            return fmt::format("*/{}", step);
    return {};
}

// "1", "4-6": one item for each run of at least three values, and for each other value.
Items as_ranges(std::uint64_t bits)
{
    Items items;
    while (bits) {
        const int first = std::countr_zero(bits);
        const int count = std::countr_one(bits >> first);
        const int last = count > 2 ? first + count - 1 : first;
        items.push_back(
            last > first ? fmt::format("{}-{}", first, last) : fmt::format("{}", first)
        );
        bits = bits >> (last + 1) << (last + 1);
    }
    return items;
}

void add_each(Items& items, std::uint64_t bits, std::string_view before, std::string_view after)
{
    for (; bits; bits &= bits - 1)
        items.push_back(fmt::format("{}{}{}", before, std::countr_zero(bits), after));
}

Items own_days(const Cron& cron)
{
    Items items;
    add_each(items, cron.near_workdays, "", "W");
    if (cron.last_workday)
        items.emplace_back("LW");
    add_each(items, cron.days_before_last & ~cron_bit(0), "L-", "");
    if (cron.days_before_last & cron_bit(0))
        items.emplace_back("L");
    return items;
}

Items own_weekdays(const Cron& cron)
{
    Items items;
    for (std::size_t i = 0; i < cron.nth_weekdays.size(); ++i)
        add_each(items, cron.nth_weekdays[i], "", fmt::format("#{}", i + 1));
    add_each(items, cron.last_weekdays, "", "L");
    return items;
}

std::string plain(const CronField& field, std::uint64_t bits)
{
    const std::string steps = as_steps(field, bits);
    return steps.empty() ? join(as_ranges(bits), ",") : steps;
}

// The day or weekday field, in a usual spelling or in one that begins or does not begin with *.
enum class Star : std::uint8_t { usual, never, always };

std::string day_field(const CronField& field, std::uint64_t bits, const Items& own, Star star)
{
    Items items;
    const std::string steps = as_steps(field, bits);
    if (star != Star::never && !steps.empty()) {
        items.push_back(steps);
    } else if (star == Star::always) {
        // What begins with * has the first value; a step over the whole field is that alone.
        items = as_ranges(bits & ~cron_bit(field.first));
        items.insert(items.begin(), fmt::format("*/{}", field.last - field.first + 1));
    } else {
        items = as_ranges(bits);
    }
    items.insert(items.end(), own.begin(), own.end());
    return join(items, ",");
}

// Day and weekday: whether one of them begins with * has a meaning of its own.
std::pair<std::string, std::string> day_fields(const Cron& cron)
{
    const auto day = [&](Star star) {
        return day_field(cron_day, cron.days, own_days(cron), star);
    };
    const auto weekday = [&](Star star) {
        return day_field(cron_weekday, cron.weekdays, own_weekdays(cron), star);
    };
    if (cron.either_day)
        return {day(Star::never), weekday(Star::never)};
    const bool has_star =
        day(Star::usual).starts_with('*') || weekday(Star::usual).starts_with('*');
    const bool day_may = (cron.days & cron_bit(cron_day.first)) != 0;
    return {
        day(!has_star && day_may ? Star::always : Star::usual),
        weekday(!has_star && !day_may ? Star::always : Star::usual)};
}

} // namespace

std::string format_cron(const Cron& cron)
{
    const std::string seconds =
        cron.seconds == cron_bit(0) ? "" : plain(cron_second, cron.seconds) + " ";
    const auto [day, weekday] = day_fields(cron);
    return fmt::format(
        "{}{} {} {} {} {}", seconds, plain(cron_minute, cron.minutes), plain(cron_hour, cron.hours),
        day, plain(cron_month, cron.months), weekday
    );
}

} // namespace sluice
