// SPDX-License-Identifier: Apache-2.0
#include "model/schedule/cron.h"

#include "base/text.h"

#include <gtest/gtest.h>

#include <vector>

namespace sluice::cron_test {
namespace {

using namespace std::chrono_literals;

// Times of the tables: "2026-03-29 01:00", with or without seconds, in UTC.
Time at(std::string_view text)
{
    std::string full(text);
    full[10] = 'T';
    return parse_time(full + (full.size() == 16 ? ":00Z" : "Z")).value();
}

Cron cron_of(std::string_view text)
{
    const Result<Cron> cron = parse_cron(text);
    EXPECT_TRUE(cron) << text << ": " << cron.error().detail;
    return cron ? *cron : Cron{};
}

struct Case {
    std::string_view cron;
    std::string_view zone;
    std::string_view after;
    std::vector<std::string_view> next;
};

void expect_next(const Case& c)
{
    const Result<Zone> zone = find_zone(c.zone);
    ASSERT_TRUE(zone) << zone.error().detail;
    Time after = at(c.after);
    for (const std::string_view expected : c.next) {
        const std::optional<Time> next = next_cron_time(cron_of(c.cron), *zone, after);
        ASSERT_TRUE(next) << c.cron << " in " << c.zone;
        EXPECT_EQ(format_time(*next), format_time(at(expected)))
            << c.cron << " in " << c.zone << " after " << format_time(after);
        after = *next;
    }
}

TEST(Cron, the_next_time_is_the_first_that_matches)
{
    const Case table[] = {
        {"* * * * *", "UTC", "2026-01-31 23:58:30", {"2026-01-31 23:59", "2026-02-01 00:00"}},
        {"*/15 * * * *", "UTC", "2026-01-01 00:46", {"2026-01-01 01:00", "2026-01-01 01:15"}},
        {"0 9 * * MON-FRI", "UTC", "2026-01-02 09:00", {"2026-01-05 09:00", "2026-01-06 09:00"}},
        {"0 0 1 1 *", "UTC", "2026-01-01 00:00", {"2027-01-01 00:00", "2028-01-01 00:00"}},
        {"30 4 1,15 * 5", "UTC", "2026-01-01 04:30", {"2026-01-02 04:30", "2026-01-09 04:30"}},
        {"0 0 L * *", "UTC", "2028-01-31 00:00", {"2028-02-29 00:00", "2028-03-31 00:00"}},
        {"0 0 L-3 * *", "UTC", "2026-01-28 00:00", {"2026-02-25 00:00", "2026-03-28 00:00"}},
        {"0 0 15W * *", "UTC", "2026-02-01 00:00", {"2026-02-16 00:00", "2026-03-16 00:00"}},
        {"0 0 LW * *", "UTC", "2026-02-01 00:00", {"2026-02-27 00:00", "2026-03-31 00:00"}},
        {"0 0 * * 5L", "UTC", "2026-01-01 00:00", {"2026-01-30 00:00", "2026-02-27 00:00"}},
        {"0 0 * * 5#3", "UTC", "2026-01-01 00:00", {"2026-01-16 00:00", "2026-02-20 00:00"}},
        {"0 0 31 * *", "UTC", "2026-01-31 00:00", {"2026-03-31 00:00", "2026-05-31 00:00"}},
        {"59 23 31 12 *", "UTC", "2026-12-31 23:59", {"2027-12-31 23:59"}},
        {"0 12 29 2 *", "UTC", "2096-02-29 12:00", {"2104-02-29 12:00"}},
        {"0 0 * 2 1#5", "UTC", "2072-02-29 00:00", {"2112-02-29 00:00"}},
        {"0 0 1 1 *", "UTC", "1969-12-31 23:59:59", {"1970-01-01 00:00"}},
        {"0 0 1 1 *", "UTC", "1960-05-05 00:00", {"1961-01-01 00:00"}}};
    for (const Case& c : table)
        expect_next(c);
}

TEST(Cron, six_fields_begin_with_the_second)
{
    expect_next(
        {"*/20 * * * * *",
         "UTC",
         "2026-01-01 00:00:39",
         {"2026-01-01 00:00:40", "2026-01-01 00:01:00"}}
    );
    expect_next({"59 59 23 * * *", "UTC", "2026-01-01 23:59:59", {"2026-01-02 23:59:59"}});
    expect_next(
        {"5,7 10,20 3 * * *",
         "UTC",
         "2026-01-01 03:10:05",
         {"2026-01-01 03:10:07", "2026-01-01 03:20:05", "2026-01-01 03:20:07",
          "2026-01-02 03:10:05"}}
    );
}

TEST(Cron, the_next_time_is_strictly_after_whatever_the_fraction_of_a_second)
{
    const Cron cron = cron_of("* * * * * *");
    for (const Time second : {at("2026-01-01 00:00"), at("1969-12-31 23:59:58")}) {
        EXPECT_EQ(next_cron_time(cron, Zone(), second - 1us), second);
        EXPECT_EQ(next_cron_time(cron, Zone(), second), second + 1s);
        EXPECT_EQ(next_cron_time(cron, Zone(), second + 1us), second + 1s);
        EXPECT_EQ(next_cron_time(cron, Zone(), second + 999'999us), second + 1s);
    }
}

TEST(Cron, local_times_are_those_of_the_zone)
{
    expect_next(
        {"0 9 * * *",
         "Asia/Kathmandu",
         "2026-01-01 00:00",
         {"2026-01-01 03:15", "2026-01-02 03:15"}}
    );
    expect_next(
        {"0 9 * * *",
         "America/New_York",
         "2026-03-07 00:00",
         {"2026-03-07 14:00", "2026-03-08 13:00"}}
    );
    expect_next({"0 0 1 * *", "Pacific/Auckland", "2026-01-15 00:00", {"2026-01-31 11:00"}});
    expect_next({"0 9 1 7 *", "America/New_York", "2039-08-01 00:00", {"2040-07-01 13:00"}});
}

// Berlin, 29 March 2026: at 02:00 (01:00 UTC) clocks go to 03:00.
TEST(Cron, a_skipped_local_time_is_due_at_the_first_instant_after_the_gap)
{
    const std::string_view zone = "Europe/Berlin", after = "2026-03-28 12:00";
    const Case table[] = {
        {"30 2 * * *", zone, after, {"2026-03-29 01:00", "2026-03-30 00:30"}},
        {"0 2 * * *", zone, after, {"2026-03-29 01:00", "2026-03-30 00:00"}},
        {"0 3 * * *", zone, after, {"2026-03-29 01:00", "2026-03-30 01:00"}},
        {"59 1 * * *", zone, after, {"2026-03-29 00:59", "2026-03-29 23:59"}},
        {"30 2 29 3 *", zone, after, {"2026-03-29 01:00", "2027-03-29 00:30"}}};
    for (const Case& c : table)
        expect_next(c);
}

TEST(Cron, all_that_a_gap_skipped_is_due_once_together_with_what_is_planned_for_its_end)
{
    const std::string_view zone = "Europe/Berlin", after = "2026-03-28 12:00";
    const Case table[] = {
        {"*/10 2 * * *", zone, after, {"2026-03-29 01:00", "2026-03-30 00:00"}},
        {"0,30 2,3 * * *", zone, after, {"2026-03-29 01:00", "2026-03-29 01:30"}},
        {"0 */2 * * *", zone, "2026-03-28 23:00", {"2026-03-29 01:00", "2026-03-29 02:00"}},
        {"* * 2 * * *", zone, after, {"2026-03-29 01:00", "2026-03-30 00:00"}}};
    for (const Case& c : table)
        expect_next(c);
}

// Berlin, 25 October 2026: at 03:00 (01:00 UTC) clocks go back to 02:00.
TEST(Cron, a_repeated_local_time_is_due_the_first_time)
{
    const std::string_view zone = "Europe/Berlin", after = "2026-10-24 12:00";
    const Case table[] = {
        {"30 2 * * *", zone, after, {"2026-10-25 00:30", "2026-10-26 01:30"}},
        {"0 2 * * *", zone, after, {"2026-10-25 00:00", "2026-10-26 01:00"}},
        {"0 3 * * *", zone, after, {"2026-10-25 02:00"}},
        {"0,30 2,3 * * *",
         zone,
         after,
         {"2026-10-25 00:00", "2026-10-25 00:30", "2026-10-25 02:00", "2026-10-25 02:30"}},
        {"0 */2 * * *", zone, "2026-10-24 23:00", {"2026-10-25 00:00", "2026-10-25 03:00"}},
        {"30 2 * * *", zone, "2026-10-25 01:10", {"2026-10-26 01:30"}},
        {"* * 2 * * *", zone, "2026-10-25 00:59:59", {"2026-10-26 01:00:00"}},
        {"* * 2 * * *", zone, "2026-10-25 01:10", {"2026-10-26 01:00:00"}}};
    for (const Case& c : table)
        expect_next(c);
}

TEST(Cron, a_pattern_of_every_hour_follows_the_clock)
{
    const std::string_view zone = "Europe/Berlin";
    const std::string_view spring = "2026-03-28 23:50", autumn = "2026-10-24 23:50";
    const Case table[] = {
        {"0 * * * *", zone, spring, {"2026-03-29 00:00", "2026-03-29 01:00", "2026-03-29 02:00"}},
        {"30 * * * *", zone, spring, {"2026-03-29 00:30", "2026-03-29 01:30"}},
        {"0 * * * *",
         zone,
         autumn,
         {"2026-10-25 00:00", "2026-10-25 01:00", "2026-10-25 02:00", "2026-10-25 03:00"}},
        {"30 0-23 * * *",
         zone,
         autumn,
         {"2026-10-25 00:30", "2026-10-25 01:30", "2026-10-25 02:30"}}};
    for (const Case& c : table)
        expect_next(c);
}

// Lord Howe Island: clocks go from 02:00 to 02:30 on 4 October 2026 (15:30 UTC the day before) and
// from 02:00 back to 01:30 on 5 April 2026 (15:00 UTC the day before).
TEST(Cron, half_an_hour_may_be_skipped_or_repeated)
{
    const std::string_view zone = "Australia/Lord_Howe";
    const Case table[] = {
        {"15 2 * * *", zone, "2026-10-03 00:00", {"2026-10-03 15:30", "2026-10-04 15:15"}},
        {"45 1 * * *", zone, "2026-04-04 00:00", {"2026-04-04 14:45", "2026-04-05 15:15"}},
        {"0 * * * *", zone, "2026-10-03 14:00", {"2026-10-03 14:30", "2026-10-03 16:00"}},
        {"45 * * * *",
         zone,
         "2026-04-04 14:00",
         {"2026-04-04 14:45", "2026-04-04 15:15", "2026-04-04 16:15"}}};
    for (const Case& c : table)
        expect_next(c);
}

// Samoa went from 29 to 31 December 2011 at midnight (10:00 UTC).
TEST(Cron, a_skipped_day_is_a_gap_like_any_other)
{
    const std::string_view zone = "Pacific/Apia";
    const Case table[] = {
        {"0 9 30 12 *", zone, "2011-12-01 00:00", {"2011-12-30 10:00", "2012-12-29 19:00"}},
        {"0 9 * * *",
         zone,
         "2011-12-29 00:00",
         {"2011-12-29 19:00", "2011-12-30 10:00", "2011-12-30 19:00"}},
        {"0 * 30 12 *", zone, "2011-12-01 00:00", {"2012-12-29 10:00"}}};
    for (const Case& c : table)
        expect_next(c);
}

TEST(Cron, midnight_may_be_skipped)
{
    expect_next(
        {"@daily", "Asia/Beirut", "2026-03-28 12:00", {"2026-03-28 22:00", "2026-03-29 21:00"}}
    );
}

TEST(Cron, only_all_24_hours_follow_the_clock)
{
    for (const std::string_view text :
         {"* * * * *", "0 0-23 * * *", "5 */1 1 1 *", "0 0-11,12-23 * * *"})
        EXPECT_TRUE(follows_clock(cron_of(text))) << text;
    for (const std::string_view text : {"0 */2 * * *", "* 2 * * *", "0 1-23 * * *", "@daily"})
        EXPECT_FALSE(follows_clock(cron_of(text))) << text;
}

TEST(Cron, there_is_nothing_after_the_year_2400)
{
    for (const std::string_view text : {"* * * * *", "0 0 1 1 *"}) {
        EXPECT_EQ(next_cron_time(cron_of(text), Zone(), at("2400-01-01 00:00")), std::nullopt);
        EXPECT_EQ(next_cron_time(cron_of(text), Zone(), Time::max()), std::nullopt);
        EXPECT_EQ(next_cron_time(cron_of(text), Zone(), at("2399-12-31 23:59")), std::nullopt);
        EXPECT_TRUE(next_cron_time(cron_of(text), Zone(), at("2398-01-01 00:00"))) << text;
    }
}

TEST(Cron, all_before_the_year_1_is_taken_for_its_beginning)
{
    using namespace std::chrono;
    const Cron cron = cron_of("@yearly");
    for (const Time early :
         {Time::min(), Time(sys_days(year(-5) / 7 / 1)), Time(sys_days(year(1) / 1 / 1))})
        EXPECT_EQ(next_cron_time(cron, Zone(), early), Time(sys_days(year(2) / 1 / 1)));
}

} // namespace
} // namespace sluice::cron_test
