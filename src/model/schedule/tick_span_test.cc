// SPDX-License-Identifier: Apache-2.0
#include "model/schedule/tick_span.h"

#include "base/random.h"

#include <gtest/gtest.h>

namespace sluice::tick_span_test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t all = 1'000'000;

Time at(std::string_view text)
{
    return parse_time(text).value();
}

Schedule cron_schedule(std::string_view text, std::string_view zone = "UTC")
{
    return {.ticks = CronTicks{parse_cron(text).value(), find_zone(zone).value()}};
}

TEST(TicksIn, a_span_is_open_at_its_beginning_and_closed_at_its_end)
{
    const Schedule schedule = cron_schedule("0 * * * *");
    const Time noon = at("2026-01-01T12:00:00Z");

    EXPECT_EQ(
        ticks_in(schedule, {noon, noon + 2h}, all), (std::vector<Time>{noon + 1h, noon + 2h})
    );
    EXPECT_EQ(ticks_in(schedule, {noon - 1us, noon + 1h - 1us}, all), std::vector<Time>{noon});
    EXPECT_TRUE(ticks_in(schedule, {noon, noon}, all).empty());
    EXPECT_TRUE(ticks_in(schedule, {noon + 5h, noon}, all).empty());
}

TEST(TicksIn, no_more_than_was_asked_for_are_found)
{
    const Schedule schedule = cron_schedule("* * * * *");
    const Time noon = at("2026-01-01T12:00:00Z");

    EXPECT_TRUE(ticks_in(schedule, {noon, Time::max()}, 0).empty());
    EXPECT_EQ(
        ticks_in(schedule, {noon, Time::max()}, 2), (std::vector<Time>{noon + 1min, noon + 2min})
    );
}

TEST(PreviousTick, it_is_the_last_one_strictly_before)
{
    const Schedule schedule = cron_schedule("0 9 * * *", "Europe/Berlin");
    const Time winter = at("2026-01-10T08:00:00Z");

    EXPECT_EQ(previous_tick(schedule, winter + 1us), winter);
    EXPECT_EQ(previous_tick(schedule, winter), winter - 24h);
    EXPECT_EQ(previous_tick(schedule, at("2026-03-29T07:00:00Z")), at("2026-03-28T08:00:00Z"));
}

TEST(PreviousTick, a_skipped_local_time_counts_where_it_was_due)
{
    const Schedule schedule = cron_schedule("30 2 * * *", "Europe/Berlin");

    EXPECT_EQ(previous_tick(schedule, at("2026-03-29T12:00:00Z")), at("2026-03-29T01:00:00Z"));
    EXPECT_EQ(previous_tick(schedule, at("2026-10-25T12:00:00Z")), at("2026-10-25T00:30:00Z"));
}

TEST(PreviousTick, it_may_be_decades_ago)
{
    const Schedule leap = cron_schedule("0 0 * 2 1#5");

    EXPECT_EQ(previous_tick(leap, at("2112-02-29T00:00:00Z")), at("2072-02-29T00:00:00Z"));
    EXPECT_EQ(previous_tick(cron_schedule("@yearly"), Time::max()), at("2399-01-01T00:00:00Z"));
}

TEST(PreviousTick, there_is_none_before_the_first)
{
    Schedule schedule = cron_schedule("0 * * * *");
    EXPECT_EQ(previous_tick(schedule, Time::min()), std::nullopt);
    EXPECT_EQ(previous_tick(schedule, at("0001-01-01T00:00:00Z")), std::nullopt);

    schedule.start = at("2026-01-01T12:00:00Z");
    EXPECT_EQ(previous_tick(schedule, *schedule.start), std::nullopt);
    EXPECT_EQ(previous_tick(schedule, *schedule.start + 1us), schedule.start);
}

TEST(PreviousTick, a_schedule_that_is_over_has_a_last_one)
{
    Schedule every{.ticks = EveryTicks{90s}, .start = at("2026-01-01T12:00:00Z")};
    every.end = *every.start + 180s;
    const Schedule single{.ticks = SingleTick{*every.start}};

    EXPECT_EQ(previous_tick(every, Time::max()), *every.start + 90s);
    EXPECT_EQ(previous_tick(single, Time::max()), every.start);
    EXPECT_EQ(previous_tick(single, *every.start), std::nullopt);
}

// Whatever the pattern, the clock changes and the moment: the tick before the next one is the
// previous one or the moment itself.
TEST(PreviousTick, it_undoes_the_next_one)
{
    constexpr std::uint64_t seed = 20260205;
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    SeededRandom random(seed);
    const Time begin = at("2026-01-01T00:00:00Z");
    for (const std::string_view text :
         {"* * * * * *", "*/7 * * * *", "*/20 1-3 * * *", "0 0 L * *", "30 2 * 3,10 SUN"})
        for (const std::string_view zone : {"UTC", "Europe/Berlin", "Australia/Lord_Howe"})
            for (int i = 0; i < 50; ++i) {
                const Schedule schedule = cron_schedule(text, zone);
                const Time moment = begin + std::chrono::seconds(random.next() % (730 * 86'400));
                const Time next = next_tick(schedule, moment).value();
                const Time previous = previous_tick(schedule, next).value();
                EXPECT_LE(previous, moment) << text << " in " << zone;
                EXPECT_EQ(next_tick(schedule, previous), next) << text << " in " << zone;
            }
}

} // namespace
} // namespace sluice::tick_span_test
