// SPDX-License-Identifier: Apache-2.0
#include "sluice/retry.h"

#include "sdk/workflows/retry_policy.h"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

namespace sluice::workflows::retry_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using Delays = std::vector<milliseconds>;

Delays first_delays(const Retry& retry)
{
    return {retry.delay(1), retry.delay(2), retry.delay(3), retry.delay(4)};
}

TEST(RetryOfTasks, is_three_tries_one_and_two_seconds_apart_by_default)
{
    const sluice::Retry policy = policy_of({});
    EXPECT_EQ(policy.tries_max, 3);
    EXPECT_EQ(policy.delay_initial, 1s);
    EXPECT_EQ(policy.delay_max, 60s);
    EXPECT_TRUE(policy.jitter);
    EXPECT_EQ(policy.when, RetryWhen::all);
    EXPECT_EQ(first_delays({}), (Delays{1s, 2s, 4s, 8s}));
}

TEST(RetryOfTasks, grows_as_its_backoff_says)
{
    EXPECT_EQ(first_delays({.backoff = Backoff::fixed()}), (Delays{1s, 1s, 1s, 1s}));
    EXPECT_EQ(first_delays({.backoff = Backoff::linear(1.5)}), (Delays{1500ms, 3s, 4500ms, 6s}));
    EXPECT_EQ(
        first_delays({.backoff = Backoff::exponential(3, 0.5)}),
        (Delays{500ms, 1500ms, 4500ms, 13500ms})
    );
}

TEST(RetryOfTasks, is_capped_by_the_longest_delay)
{
    EXPECT_EQ(first_delays({.max_delay = 3s}), (Delays{1s, 2s, 3s, 3s}));
    const Backoff function = Backoff::custom([](int, milliseconds) { return milliseconds(1h); });
    EXPECT_EQ(Retry{.backoff = function}.delay(1), 60s);
}

TEST(RetryOfTasks, asks_the_function_of_a_custom_backoff)
{
    const Backoff function = Backoff::custom([](int attempt, milliseconds initial) {
        return initial * attempt * attempt;
    });
    EXPECT_EQ(
        first_delays({.backoff = function, .initial_delay = 10ms}),
        (Delays{10ms, 40ms, 90ms, 160ms})
    );
    EXPECT_EQ(policy_of({.backoff = function}).multiplier, 1); // for who cannot ask it
}

TEST(RetryOfTasks, waits_the_first_delay_when_the_function_fails)
{
    const Backoff function =
        Backoff::custom([](int, milliseconds) -> milliseconds { throw std::runtime_error("no"); });
    EXPECT_EQ(Retry{.backoff = function}.delay(7), 1s);
    const Backoff other = Backoff::custom([](int, milliseconds) -> milliseconds { throw 7; });
    EXPECT_EQ(Retry{.backoff = other}.delay(7), 1s);
}

TEST(RetryOfTasks, spreads_delays_by_a_quarter)
{
    bool differs = false;
    for (int i = 0; i < 200; ++i) {
        const Micros delay = with_jitter({}, 1000ms);
        EXPECT_GE(delay, 750ms);
        EXPECT_LE(delay, 1250ms);
        differs |= delay != Micros(1000ms);
    }
    EXPECT_TRUE(differs);
    EXPECT_EQ(with_jitter({.jitter = false}, 1000ms), Micros(1000ms));
}

TEST(RetryOfTasks, counts_all_tries)
{
    const Retry retry;
    EXPECT_TRUE(retry.should_retry(1, "boom"));
    EXPECT_TRUE(retry.should_retry(2, "boom"));
    EXPECT_FALSE(retry.should_retry(3, "boom"));
}

TEST(RetryOfTasks, looks_at_the_text_when_its_condition_does)
{
    EXPECT_FALSE((Retry{.condition = RetryCondition::never()}.should_retry(1, "timeout")));
    const Retry transient{.condition = RetryCondition::transient()};
    EXPECT_TRUE(transient.should_retry(1, "Connection reset"));
    EXPECT_FALSE(transient.should_retry(1, "division by zero"));
    const Retry patterns{.condition = RetryCondition::patterns({"busy", "Locked"})};
    EXPECT_TRUE(patterns.should_retry(1, "the table is LOCKED"));
    EXPECT_FALSE(patterns.should_retry(1, "no such table"));
}

TEST(RetryOfTasks, is_turned_into_the_engines_without_overflow)
{
    const sluice::Retry policy =
        policy_of({.initial_delay = milliseconds::max(), .max_delay = milliseconds::min()});
    EXPECT_GT(policy.delay_initial, 24h);
    EXPECT_LT(policy.delay_max, 0s);
}

} // namespace
} // namespace sluice::workflows::retry_test
