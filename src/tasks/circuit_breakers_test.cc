// SPDX-License-Identifier: Apache-2.0
#include "tasks/circuit_breakers.h"

#include "async/testing.h"
#include "store/testing/manual_clock.h"

#include <gtest/gtest.h>

namespace sluice::circuit_breakers_test {
namespace {

using namespace std::chrono_literals;

class CircuitBreakersTest : public ::testing::Test {
protected:
    void fail(const std::string& target, int times, TryOutcome how = TryOutcome::unreachable)
    {
        for (int i = 0; i < times; ++i)
            if (auto pass = breakers.enter(target))
                pass->ended(how);
    }

    bool is_open(const std::string& target) { return breakers.ask_again_at(target).has_value(); }

    asio::io_context loop;
    testing::ManualClock source;
    StoreClock clock{source};
    CircuitBreakers breakers{loop.get_executor(), clock, {.each = {}, .targets_max = 3}};
};

TEST_F(CircuitBreakersTest, counts_connection_errors_and_timeouts)
{
    fail("a", 10, TryOutcome::unreachable);
    fail("a", 9, TryOutcome::timed_out);
    EXPECT_FALSE(is_open("a"));
    fail("a", 1, TryOutcome::timed_out);
    EXPECT_TRUE(is_open("a"));
    EXPECT_FALSE(breakers.enter("a"));
    EXPECT_FALSE(is_open("b"));
}

TEST_F(CircuitBreakersTest, an_answer_forgets_the_failures_and_what_was_not_sent_does_not_count)
{
    fail("a", 19);
    fail("a", 1, TryOutcome::refused);
    EXPECT_FALSE(is_open("a"));
    fail("a", 1, TryOutcome::answered);
    fail("a", 19);
    EXPECT_FALSE(is_open("a"));
    fail("a", 1);
    EXPECT_TRUE(is_open("a"));
}

TEST_F(CircuitBreakersTest, a_pass_that_is_dropped_was_not_tried)
{
    fail("a", 20);
    source.advance(15s);
    {
        const auto probe = breakers.enter("a");
        ASSERT_TRUE(probe);
        EXPECT_FALSE(breakers.enter("a")) << "one probe at a time";
    }
    auto probe = breakers.enter("a");
    ASSERT_TRUE(probe);
    probe->ended(TryOutcome::answered);
    EXPECT_FALSE(is_open("a"));
}

TEST_F(CircuitBreakersTest, who_waits_goes_on_when_the_probe_was_answered)
{
    fail("a", 20);
    source.advance(15s);
    auto probe = breakers.enter("a");
    ASSERT_TRUE(probe);
    bool woken = false;
    asio::co_spawn(loop, breakers.wait(clock.now() + 1h), [&](std::exception_ptr) {
        woken = true;
    });
    while (loop.poll_one() > 0) {
    }
    EXPECT_FALSE(woken);
    probe->ended(TryOutcome::answered);
    loop.restart();
    while (loop.poll_one() > 0) {
    }
    EXPECT_TRUE(woken);
}

TEST_F(CircuitBreakersTest, who_waits_goes_on_when_the_time_has_come)
{
    testing::await(loop, breakers.wait(clock.now() + 1ms));
    testing::await(loop, breakers.wait(clock.now() - 1ms));
}

TEST_F(CircuitBreakersTest, remembers_a_bounded_number_of_targets)
{
    for (const char* target : {"a", "b", "c"})
        fail(target, 20);
    fail("d", 30);
    EXPECT_FALSE(is_open("d"));
    EXPECT_TRUE(is_open("a"));

    source.advance(11min);
    fail("d", 20);
    EXPECT_TRUE(is_open("d")) << "the others were forgotten: nobody has tried them for long";
}

} // namespace
} // namespace sluice::circuit_breakers_test
