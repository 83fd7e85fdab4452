// SPDX-License-Identifier: Apache-2.0
#include "async/signal.h"

#include "async/task_scope.h"
#include "async/testing.h"

#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

namespace sluice::signal_test {

namespace {

using namespace std::chrono_literals;

Async<void> count_wakes(Signal& signal, int times, int& wakes)
{
    for (int i = 0; i < times; ++i) {
        co_await signal.wait();
        ++wakes;
    }
}

Async<void> count_timed_wakes(Signal& signal, std::chrono::milliseconds limit, int& wakes)
{
    for (;;) {
        co_await signal.wait_for(limit);
        ++wakes;
    }
}

Async<void> report_cancellation(Signal& signal, bool& cancelled)
{
    try {
        co_await signal.wait();
    } catch (const boost::system::system_error& error) {
        cancelled = error.code() == asio::error::operation_aborted;
        throw;
    }
}

} // namespace

TEST(Signal, remembers_one_notification_that_came_before_the_wait)
{
    asio::io_context loop;
    Signal signal(loop.get_executor());
    TaskScope scope(loop.get_executor(), Log());
    int wakes = 0;

    signal.notify();
    signal.notify();
    scope.spawn(count_wakes(signal, 2, wakes));
    loop.poll();
    EXPECT_EQ(wakes, 1);

    signal.notify();
    testing::await(loop, scope.join());
    EXPECT_EQ(wakes, 2);
}

TEST(Signal, a_notification_wakes_everybody_who_waits_and_is_not_remembered_then)
{
    asio::io_context loop;
    Signal signal(loop.get_executor());
    TaskScope scope(loop.get_executor(), Log());
    int wakes = 0;
    for (int i = 0; i < 3; ++i)
        scope.spawn(count_wakes(signal, 2, wakes));
    loop.poll();

    signal.notify();
    loop.poll();

    EXPECT_EQ(wakes, 3);
    scope.cancel();
    testing::await(loop, scope.join());
}

TEST(Signal, a_wait_with_a_limit_returns_without_a_notification)
{
    asio::io_context loop;
    Signal signal(loop.get_executor());

    testing::await(loop, signal.wait_for(1ms));

    SUCCEED();
}

TEST(Signal, a_limit_that_passes_for_one_waiter_does_not_wake_the_others)
{
    asio::io_context loop;
    Signal signal(loop.get_executor());
    TaskScope scope(loop.get_executor(), Log());
    int patient = 0;
    int impatient = 0;
    scope.spawn(count_wakes(signal, 1, patient));
    scope.spawn(count_timed_wakes(signal, 1h, patient));
    scope.spawn(count_timed_wakes(signal, 1ms, impatient));

    while (impatient < 5)
        loop.run_one();

    EXPECT_EQ(patient, 0);
    scope.cancel();
    testing::await(loop, scope.join());
}

TEST(Signal, cancellation_throws_out_of_the_wait)
{
    asio::io_context loop;
    Signal signal(loop.get_executor());
    TaskScope scope(loop.get_executor(), Log());
    bool cancelled = false;
    scope.spawn(report_cancellation(signal, cancelled));
    loop.poll();

    scope.cancel();
    testing::await(loop, scope.join());

    EXPECT_TRUE(cancelled);
}

TEST(Signal, remembers_a_notification_after_its_only_waiter_was_cancelled)
{
    asio::io_context loop;
    Signal signal(loop.get_executor());
    TaskScope scope(loop.get_executor(), Log());
    bool cancelled = false;
    scope.spawn(report_cancellation(signal, cancelled));
    loop.poll();
    scope.cancel();
    testing::await(loop, scope.join());

    signal.notify();
    testing::await(loop, signal.wait()); // the loop would run dry otherwise

    EXPECT_TRUE(cancelled);
}

} // namespace sluice::signal_test
