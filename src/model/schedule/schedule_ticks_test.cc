// SPDX-License-Identifier: Apache-2.0
#include "model/schedule/schedule_ticks.h"

#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace sluice::schedule_ticks_test {
namespace {

using namespace std::chrono_literals;

constexpr ScheduleId schedule_id{7};
constexpr Time midnight = from_micros(1'767'225'600'000'000); // 2026-01-01

constexpr Time minute(int count)
{
    return midnight + std::chrono::minutes(count);
}

Schedule cron_schedule(std::string_view text)
{
    return {.ticks = CronTicks{parse_cron(text).value(), Zone()}};
}

Schedule every(Micros interval, std::optional<Time> start = std::nullopt)
{
    return {.ticks = EveryTicks{interval}, .start = start};
}

Schedule single(Time at)
{
    return {.ticks = SingleTick{at}};
}

TEST(NextTick, a_cron_schedule_ticks_in_its_zone)
{
    const Schedule schedule{
        .ticks = CronTicks{parse_cron("0 9 * * *").value(), find_zone("Asia/Tokyo").value()}};

    EXPECT_EQ(next_tick(schedule, minute(0)), minute(24 * 60));
    EXPECT_EQ(next_tick(schedule, minute(-1)), minute(0));
}

TEST(NextTick, an_interval_is_counted_from_the_start)
{
    const Time start = midnight + 7s;
    const Schedule schedule = every(90s, start);

    EXPECT_EQ(next_tick(schedule, midnight - 24h), start);
    EXPECT_EQ(next_tick(schedule, start - 1us), start);
    EXPECT_EQ(next_tick(schedule, start), start + 90s);
    EXPECT_EQ(next_tick(schedule, start + 1us), start + 90s);
    EXPECT_EQ(next_tick(schedule, start + 90s - 1us), start + 90s);
    EXPECT_EQ(next_tick(schedule, start + 365 * 24h), start + 365 * 24h + 90s);
}

TEST(NextTick, without_a_start_an_interval_is_counted_from_1970)
{
    EXPECT_EQ(next_tick(every(1h), minute(1)), minute(60));
    EXPECT_EQ(next_tick(every(1h), Time{} - 1us), Time{});
    EXPECT_EQ(next_tick(every(1h), Time{}), Time{} + 1h);
    EXPECT_EQ(next_tick(every(1h), Time{} - 1h), Time{});
    EXPECT_EQ(next_tick(every(1h), Time{} - 61min), Time{} - 1h);
}

TEST(NextTick, a_single_tick_comes_once)
{
    EXPECT_EQ(next_tick(single(minute(5)), minute(5) - 1us), minute(5));
    EXPECT_EQ(next_tick(single(minute(5)), minute(5)), std::nullopt);
}

TEST(NextTick, the_start_belongs_to_the_schedule_and_the_end_does_not)
{
    for (Schedule schedule : {cron_schedule("*/10 * * * *"), every(10min)}) {
        schedule.start = minute(20);
        schedule.end = minute(40);
        EXPECT_EQ(next_tick(schedule, minute(0)), minute(20));
        EXPECT_EQ(next_tick(schedule, minute(20)), minute(30));
        EXPECT_EQ(next_tick(schedule, minute(30)), std::nullopt);
    }
    Schedule once = single(minute(30));
    once.start = minute(31);
    EXPECT_EQ(next_tick(once, minute(0)), std::nullopt);
    once.start = minute(30);
    EXPECT_EQ(next_tick(once, minute(0)), minute(30));
    once.end = minute(30);
    EXPECT_EQ(next_tick(once, minute(0)), std::nullopt);
}

TEST(NextTickDeathTest, an_interval_is_more_than_zero)
{
    EXPECT_DEATH(next_tick(every(0s), minute(0)), "");
}

TEST(Due, without_jitter_a_tick_is_due_at_its_time)
{
    EXPECT_EQ(due(every(1h), schedule_id, minute(60)), minute(60));
}

TEST(Due, jitter_delays_a_tick_by_less_than_its_bound_and_uses_all_of_it)
{
    Schedule schedule = every(1h);
    schedule.jitter = 10min;
    Micros least = 1h, most = 0s;
    for (int i = 0; i < 5000; ++i) {
        const Micros delay = due(schedule, schedule_id, minute(60 * i)) - minute(60 * i);
        least = std::min(least, delay);
        most = std::max(most, delay);
    }
    EXPECT_GE(least, Micros(0));
    EXPECT_LT(least, Micros(5s));
    EXPECT_LT(most, Micros(10min));
    EXPECT_GT(most, Micros(10min - 5s));
}

TEST(Due, jitter_depends_on_schedule_and_tick_alone)
{
    Schedule schedule = every(1h);
    schedule.jitter = 10min;
    std::set<Micros> delays;
    for (int id = 1; id <= 100; ++id)
        for (int hour = 0; hour < 10; ++hour) {
            const Time due_at = due(schedule, ScheduleId{id}, minute(60 * hour));
            delays.insert(due_at - minute(60 * hour));
            EXPECT_EQ(due(schedule, ScheduleId{id}, minute(60 * hour)), due_at);
        }
    EXPECT_GT(delays.size(), 995u);
    // Other processes, other versions: the delay of a tick never changes.
    EXPECT_EQ(due(schedule, schedule_id, midnight) - midnight, Micros(595'908'607));
}

TEST(Due, jitter_ends_before_the_next_tick)
{
    Schedule schedule = every(1min);
    schedule.jitter = 24h;
    for (int i = 0; i < 1000; ++i) {
        EXPECT_GE(due(schedule, schedule_id, minute(i)), minute(i));
        EXPECT_LT(due(schedule, schedule_id, minute(i)), minute(i + 1));
    }
    schedule.end = minute(1);
    EXPECT_GT(due(schedule, schedule_id, minute(0)), minute(1)) << "the last one has no next";
}

TEST(Catchup, policies_have_names)
{
    for (const Catchup policy : {Catchup::none, Catchup::skip, Catchup::run_all})
        EXPECT_EQ(catchup(name(policy)), policy);
    EXPECT_EQ(catchup("all"), std::nullopt);
}

std::vector<Time> minutes(std::initializer_list<int> counts)
{
    std::vector<Time> times;
    for (const int count : counts)
        times.push_back(minute(count));
    return times;
}

constexpr CatchupRule none{.policy = Catchup::none};
constexpr CatchupRule skip{};
constexpr CatchupRule run_all{.policy = Catchup::run_all};

// Ticks every ten minutes; settled at minute 0.
TEST(OwedTicks, each_policy_fires_what_it_says)
{
    struct Case {
        Time now;
        std::vector<Time> of_none, of_skip, of_run_all;
        int settled, next;
    };
    const Case table[] = {
        {minute(0), {}, {}, {}, 0, 10},
        {minute(10) - 1us, {}, {}, {}, 0, 10},
        {minute(10), minutes({10}), minutes({10}), minutes({10}), 10, 20},
        {minute(10) + 30s, minutes({10}), minutes({10}), minutes({10}), 10, 20},
        {minute(10) + 30s + 1us, {}, minutes({10}), minutes({10}), 10, 20},
        {minute(19), {}, minutes({10}), minutes({10}), 10, 20},
        {minute(20), minutes({20}), minutes({10, 20}), minutes({10, 20}), 20, 30},
        {minute(21), {}, minutes({20}), minutes({10, 20}), 20, 30},
        {minute(50), minutes({50}), minutes({40, 50}), minutes({10, 20, 30, 40, 50}), 50, 60},
        {minute(59), {}, minutes({50}), minutes({10, 20, 30, 40, 50}), 50, 60}};
    for (const Schedule& schedule : {cron_schedule("*/10 * * * *"), every(10min, minute(-60))})
        for (const Case& c : table) {
            const Look look{minute(0), c.now};
            const auto owed = [&](const std::vector<Time>& fire) {
                return OwedTicks{fire, minute(c.settled), minute(c.next)};
            };
            SCOPED_TRACE(format_time(c.now));
            EXPECT_EQ(owed_ticks(schedule, schedule_id, look, none), owed(c.of_none));
            EXPECT_EQ(owed_ticks(schedule, schedule_id, look, skip), owed(c.of_skip));
            EXPECT_EQ(owed_ticks(schedule, schedule_id, look, run_all), owed(c.of_run_all));
        }
}

TEST(OwedTicks, run_all_fires_the_latest_of_many_missed_ticks)
{
    CatchupRule rule = run_all;
    rule.ticks_max = 3;
    const Look look{minute(0), minute(100) + 45s};

    const OwedTicks owed = owed_ticks(every(1min), schedule_id, look, rule);

    EXPECT_EQ(owed.fire, minutes({98, 99, 100}));
    rule.ticks_max = 0;
    EXPECT_TRUE(owed_ticks(every(1min), schedule_id, look, rule).fire.empty());
    rule.ticks_max = -1;
    EXPECT_TRUE(owed_ticks(every(1min), schedule_id, look, rule).fire.empty());
}

TEST(OwedTicks, by_default_run_all_fires_at_most_a_hundred_missed_ticks)
{
    const OwedTicks owed =
        owed_ticks(every(1min), schedule_id, {minute(0), minute(100'000) + 45s}, run_all);

    ASSERT_EQ(owed.fire.size(), 100u);
    EXPECT_EQ(owed.fire.front(), minute(99'901));
    EXPECT_EQ(owed.fire.back(), minute(100'000));
}

TEST(OwedTicks, a_tick_that_the_next_one_has_overtaken_is_missed_however_early)
{
    const Look look{midnight, midnight + 5s};

    EXPECT_EQ(
        owed_ticks(every(1s), schedule_id, look, none).fire, std::vector<Time>{midnight + 5s}
    );
    EXPECT_EQ(
        owed_ticks(every(1s), schedule_id, look, skip).fire,
        (std::vector<Time>{midnight + 4s, midnight + 5s})
    );
}

TEST(OwedTicks, a_schedule_that_is_over_owes_what_it_missed_and_has_no_next)
{
    Schedule ended = every(10min);
    ended.end = minute(30);

    EXPECT_EQ(
        owed_ticks(ended, schedule_id, {minute(0), minute(500)}, skip),
        (OwedTicks{minutes({20}), minute(20), std::nullopt})
    );
    EXPECT_EQ(
        owed_ticks(ended, schedule_id, {minute(20), minute(500)}, skip),
        (OwedTicks{{}, minute(20), std::nullopt})
    );
    EXPECT_EQ(
        owed_ticks(single(minute(5)), schedule_id, {minute(0), minute(500)}, none),
        (OwedTicks{{}, minute(5), std::nullopt})
    );
    EXPECT_EQ(
        owed_ticks(single(minute(5)), schedule_id, {minute(0), minute(500)}, skip),
        (OwedTicks{minutes({5}), minute(5), std::nullopt})
    );
}

TEST(OwedTicks, nothing_before_the_start_is_owed)
{
    const Schedule schedule = every(10min, minute(100));

    EXPECT_EQ(
        owed_ticks(schedule, schedule_id, {minute(0), minute(90)}, run_all),
        (OwedTicks{{}, minute(0), minute(100)})
    );
    EXPECT_EQ(
        owed_ticks(schedule, schedule_id, {minute(0), minute(115)}, run_all).fire,
        minutes({100, 110})
    );
}

TEST(OwedTicks, a_clock_that_was_set_back_fires_nothing_twice)
{
    EXPECT_EQ(
        owed_ticks(every(10min), schedule_id, {minute(60), minute(0)}, run_all),
        (OwedTicks{{}, minute(60), minute(70)})
    );
}

TEST(OwedTicks, with_jitter_a_tick_waits_until_it_is_due_and_is_late_from_then_on)
{
    Schedule schedule = every(10min);
    schedule.jitter = 5min;
    const Time due_at = due(schedule, schedule_id, minute(10));
    ASSERT_GT(due_at, minute(10) + 30s) << "a tick with a delay above the grace";

    const auto owed = [&](Time now) {
        return owed_ticks(schedule, schedule_id, {minute(0), now}, none);
    };
    EXPECT_EQ(owed(due_at - 1us), (OwedTicks{{}, minute(0), minute(10)}));
    EXPECT_EQ(owed(due_at), (OwedTicks{minutes({10}), minute(10), minute(20)}));
    EXPECT_EQ(owed(due_at + 30s), (OwedTicks{minutes({10}), minute(10), minute(20)}));
    EXPECT_EQ(owed(due_at + 31s), (OwedTicks{{}, minute(10), minute(20)}));
    EXPECT_EQ(owed(minute(20)), (OwedTicks{{}, minute(10), minute(20)})) << "20 is not due yet";
}

// Steps of any size from look to look, a schedule of irregular ticks: under run_all without a
// bound every tick fires once and in order.
TEST(OwedTicks, however_often_one_looks_every_tick_fires_once)
{
    constexpr std::uint64_t seed = 20260204;
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    SeededRandom random(seed);
    Schedule schedule = cron_schedule("0-10,40 1,2,9-12 * * 1-5");
    schedule.jitter = 3min;
    CatchupRule rule = run_all;
    rule.ticks_max = 1'000'000;

    Look look{midnight, midnight};
    std::vector<Time> fired;
    while (look.now < midnight + 24h * 60) {
        look.now +=
            std::chrono::seconds(random.next() % (std::uint64_t{1} << (random.next() % 19)));
        const OwedTicks owed = owed_ticks(schedule, schedule_id, look, rule);
        fired.insert(fired.end(), owed.fire.begin(), owed.fire.end());
        look.settled = owed.settled;
    }
    std::vector<Time> ticks;
    for (Time tick = *next_tick(schedule, midnight); tick <= look.settled;
         tick = *next_tick(schedule, tick))
        ticks.push_back(tick);
    EXPECT_GT(ticks.size(), 2000u);
    EXPECT_EQ(fired, ticks);
}

TEST(OwedTicks, years_of_missed_seconds_are_settled_at_once)
{
    for (const Schedule& schedule : {cron_schedule("* * * * * *"), cron_schedule("* * * * 1 *")}) {
        const Time now = midnight + 24h * 365 * 20 + 500ms;
        for (int i = 0; i < 20; ++i) {
            const OwedTicks owed = owed_ticks(schedule, schedule_id, {midnight, now}, run_all);
            EXPECT_GE(owed.fire.size(), 100u);
            EXPECT_TRUE(std::is_sorted(owed.fire.begin(), owed.fire.end()));
            EXPECT_EQ(owed.fire.back(), owed.settled);
        }
    }
}

} // namespace
} // namespace sluice::schedule_ticks_test
