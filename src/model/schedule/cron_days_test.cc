// SPDX-License-Identifier: Apache-2.0
#include "model/schedule/cron_days.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>

namespace sluice::cron_days_test {
namespace {

using namespace std::chrono;
using Matches = std::function<bool(sys_days)>;

unsigned day_of(sys_days day)
{
    return static_cast<unsigned>(year_month_day(day).day());
}

unsigned weekday_of(sys_days day)
{
    return weekday(day).c_encoding();
}

unsigned last_day(sys_days day)
{
    const year_month_day date(day);
    return static_cast<unsigned>((date.year() / date.month() / last).day());
}

bool is_workday(sys_days day)
{
    return weekday_of(day) >= 1 && weekday_of(day) <= 5;
}

// Whether the working day nearest to `wanted` in the month of `day` is that day, by trying.
bool is_near_workday(sys_days day, unsigned wanted)
{
    if (wanted > last_day(day))
        return false;
    const sys_days first = day - days(day_of(day) - 1);
    for (const int distance : {0, -1, 1, -2, 2}) {
        const sys_days candidate = first + days(static_cast<int>(wanted) - 1 + distance);
        if (year_month_day(candidate).month() == year_month_day(day).month() &&
            is_workday(candidate))
            return candidate == day;
    }
    return false;
}

// Every month of 28 years has each length with each first weekday that it can have.
void expect_days(std::string_view day, std::string_view weekday, const Matches& matches)
{
    const std::string text = fmt::format("0 0 {} * {}", day, weekday);
    const Result<Cron> cron = parse_cron(text);
    ASSERT_TRUE(cron) << text;
    for (year_month month = year(2000) / 1; month < year(2028) / 1; month += months(1)) {
        std::uint64_t expected = 0;
        for (sys_days date = month / 1; date <= sys_days(month / last); date += days(1))
            expected |= std::uint64_t{matches(date)} << day_of(date);
        ASSERT_EQ(matching_days(*cron, month), expected)
            << text << " in " << int(month.year()) << "-" << unsigned(month.month());
    }
}

TEST(CronDays, a_day_is_a_date)
{
    expect_days("*", "*", [](sys_days) { return true; });
    for (unsigned n = 1; n <= 31; ++n)
        expect_days(fmt::format("{}", n), "*", [=](sys_days date) { return day_of(date) == n; });
}

TEST(CronDays, an_l_counts_from_the_end_of_the_month)
{
    expect_days("L", "*", [](sys_days date) { return day_of(date + days(1)) == 1; });
    for (int n = 1; n <= 30; ++n)
        expect_days(fmt::format("L-{}", n), "*", [=](sys_days date) {
            return static_cast<int>(day_of(date)) == static_cast<int>(last_day(date)) - n;
        });
}

TEST(CronDays, a_w_is_the_nearest_working_day_of_the_month)
{
    for (unsigned n = 1; n <= 31; ++n)
        expect_days(fmt::format("{}W", n), "*", [=](sys_days date) {
            return is_near_workday(date, n);
        });
}

TEST(CronDays, lw_is_the_last_working_day_of_the_month)
{
    expect_days("LW", "*", [](sys_days date) {
        sys_days last_workday = date + days(last_day(date) - day_of(date));
        while (!is_workday(last_workday))
            last_workday -= days(1);
        return date == last_workday;
    });
}

TEST(CronDays, a_weekday_comes_each_week)
{
    for (unsigned n = 0; n <= 7; ++n)
        expect_days("*", fmt::format("{}", n), [=](sys_days date) {
            return weekday_of(date) == n % 7;
        });
}

TEST(CronDays, a_weekday_with_an_l_is_the_last_of_the_month)
{
    for (unsigned n = 0; n <= 7; ++n)
        expect_days("*", fmt::format("{}L", n), [=](sys_days date) {
            return weekday_of(date) == n % 7 && day_of(date) + 7 > last_day(date);
        });
}

TEST(CronDays, a_weekday_with_a_number_is_that_one_of_the_month)
{
    for (unsigned n = 0; n <= 7; ++n)
        for (unsigned k = 1; k <= 5; ++k)
            expect_days("*", fmt::format("{}#{}", n, k), [=](sys_days date) {
                return weekday_of(date) == n % 7 && (day_of(date) + 6) / 7 == k;
            });
}

TEST(CronDays, day_and_weekday_that_are_both_restricted_match_either)
{
    const auto is_13 = [](sys_days date) { return day_of(date) == 13; };
    const auto is_friday = [](sys_days date) { return weekday_of(date) == 5; };

    expect_days("13", "5", [&](sys_days date) { return is_13(date) || is_friday(date); });
    expect_days("13", "*", is_13);
    expect_days("*", "5", is_friday);
    expect_days("13", "?", is_13);
    expect_days("13", "0-6", [](sys_days) { return true; });
    expect_days("L", "1#1", [](sys_days date) {
        return day_of(date) == last_day(date) || (weekday_of(date) == 1 && day_of(date) <= 7);
    });
}

TEST(CronDays, a_field_that_begins_with_a_star_narrows_the_other)
{
    const auto is_odd_friday = [](sys_days date) {
        return day_of(date) % 2 == 1 && weekday_of(date) == 5;
    };

    expect_days("*/2", "5", is_odd_friday);
    expect_days("1/2", "5", [](sys_days date) {
        return day_of(date) % 2 == 1 || weekday_of(date) == 5;
    });
    expect_days("13", "*/5", [](sys_days date) {
        return day_of(date) == 13 && (weekday_of(date) == 0 || weekday_of(date) == 5);
    });
}

} // namespace
} // namespace sluice::cron_days_test
