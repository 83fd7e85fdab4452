// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/circuit_breaker.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace sluice::circuit_breaker_test {
namespace {

using namespace std::chrono_literals;
using Pass = CircuitBreaker::Pass;

constexpr CircuitBreaker::Limits limits{.failures_max = 20, .pause = 15s};
constexpr Time start = from_micros(1'000'000'000);

// As it is after so many failures in a row, the last of them at `start`.
CircuitBreaker after(int failures)
{
    CircuitBreaker breaker(limits);
    for (int i = 0; i < failures; ++i)
        breaker.failed(Pass::regular, start);
    return breaker;
}

TEST(CircuitBreaker, opens_at_the_twentieth_failure_in_a_row)
{
    EXPECT_EQ(after(0).enter(start), Pass::regular);
    EXPECT_EQ(after(19).enter(start), Pass::regular);
    EXPECT_EQ(after(20).enter(start), std::nullopt);
    EXPECT_EQ(after(20).ask_again_at(start), start + 15s);
    EXPECT_EQ(after(19).ask_again_at(start), std::nullopt);
}

TEST(CircuitBreaker, an_answer_between_failures_begins_the_count_anew)
{
    CircuitBreaker breaker = after(19);
    breaker.reached();
    for (int i = 0; i < 19; ++i)
        breaker.failed(Pass::regular, start);
    EXPECT_TRUE(breaker.is_closed());
    breaker.failed(Pass::regular, start);
    EXPECT_FALSE(breaker.is_closed());
}

TEST(CircuitBreaker, lets_one_probe_through_when_the_pause_is_over)
{
    CircuitBreaker breaker = after(20);
    EXPECT_EQ(breaker.enter(start + 15s - 1us), std::nullopt);
    EXPECT_EQ(breaker.ask_again_at(start + 15s), std::nullopt);
    EXPECT_EQ(breaker.enter(start + 15s), Pass::probe);
    EXPECT_EQ(breaker.enter(start + 15s), std::nullopt);
    EXPECT_EQ(breaker.ask_again_at(start + 16s), start + 31s);
}

TEST(CircuitBreaker, a_good_probe_closes_it)
{
    CircuitBreaker breaker = after(20);
    breaker.enter(start + 15s);
    breaker.reached();
    EXPECT_EQ(breaker.enter(start + 15s), Pass::regular);
}

TEST(CircuitBreaker, a_failed_probe_opens_it_for_another_pause)
{
    CircuitBreaker breaker = after(20);
    breaker.enter(start + 20s);
    breaker.failed(Pass::probe, start + 25s);
    EXPECT_EQ(breaker.enter(start + 40s - 1us), std::nullopt);
    EXPECT_EQ(breaker.enter(start + 40s), Pass::probe);
}

TEST(CircuitBreaker, a_probe_that_was_not_sent_leaves_its_place_to_the_next)
{
    CircuitBreaker breaker = after(20);
    breaker.enter(start + 15s);
    breaker.not_tried(Pass::regular);
    EXPECT_EQ(breaker.enter(start + 15s), std::nullopt);
    breaker.not_tried(Pass::probe);
    EXPECT_EQ(breaker.enter(start + 15s), Pass::probe);
}

TEST(CircuitBreaker, late_failures_of_earlier_tries_do_not_prolong_the_pause)
{
    CircuitBreaker breaker = after(20);
    breaker.failed(Pass::regular, start + 14s);
    EXPECT_EQ(breaker.enter(start + 15s), Pass::probe);
    breaker.failed(Pass::regular, start + 16s);
    EXPECT_TRUE(breaker.is_probing());
}

TEST(CircuitBreaker, a_late_answer_to_an_earlier_try_closes_it)
{
    CircuitBreaker breaker = after(20);
    breaker.reached();
    EXPECT_EQ(breaker.enter(start), Pass::regular);

    CircuitBreaker probing = after(20);
    probing.enter(start + 15s);
    probing.reached();
    probing.failed(Pass::probe, start + 16s); // one failure as any other
    EXPECT_EQ(probing.enter(start + 16s), Pass::regular);
}

// Whatever happens in whatever order: nothing goes beside a probe, and there is always a time from
// which on somebody may enter.
TEST(CircuitBreaker, is_never_stuck)
{
    for (std::uint32_t seed = 1; seed <= 300; ++seed) {
        std::mt19937 random(seed);
        CircuitBreaker breaker({.failures_max = 3, .pause = 15s});
        std::vector<Pass> under_way;
        Time now = start;
        for (int step = 0; step < 200; ++step) {
            now += Micros(random() % 10'000'000);
            if (const auto pass = breaker.enter(now); pass && random() % 4 != 0)
                under_way.push_back(*pass);
            else if (pass)
                breaker.not_tried(*pass);
            ASSERT_FALSE(breaker.is_probing() && breaker.enter(now)) << seed;
            if (under_way.empty() || random() % 3 == 0)
                continue;
            const Pass ended = under_way.back();
            under_way.pop_back();
            if (random() % 3 == 0)
                breaker.reached();
            else
                breaker.failed(ended, now);
        }
        for (const Pass left : under_way)
            breaker.not_tried(left);
        EXPECT_TRUE(breaker.enter(now + 15s)) << seed;
    }
}

} // namespace
} // namespace sluice::circuit_breaker_test
