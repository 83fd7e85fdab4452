// SPDX-License-Identifier: Apache-2.0
// Rules C1, C8, C9 and C10: what Asio 1.26 (Boost 1.81) does with cancellation.
#include "canary.h"

#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>

namespace sluice::toolchain {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<void> suspend_once()
{
    auto executor = co_await asio::this_coro::executor;
    co_await asio::post(executor, asio::use_awaitable);
}

asio::awaitable<void> wait_for_ever()
{
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, asio::steady_timer::time_point::max());
    co_await timer.async_wait(asio::use_awaitable);
}

// C1. A completion handler with an executor of its own makes the cancellation travel by post(), and
// what is posted refers to a signal that may be gone when it arrives.
bool cancelling_through_another_executor_is_safe()
{
    asio::io_context loop;
    asio::io_context other;
    auto signal = std::make_unique<asio::cancellation_signal>();
    auto on_exit = asio::bind_executor(other, [&](std::exception_ptr) { signal.reset(); });
    asio::co_spawn(
        loop, suspend_once(), asio::bind_cancellation_slot(signal->slot(), std::move(on_exit))
    );
    loop.run_one(); // starts the coroutine, whose suspension ends with the next handler

    signal->emit(asio::cancellation_type::terminal);
    loop.run_one(); // the coroutine ends
    other.run();    // its owner forgets the signal
    loop.run();     // the cancellation arrives
    return true;
}

// C9. The coroutine should end with operation_aborted, told to its completion handler; instead the
// exception leaves run() and the handler is never called.
bool cancelling_before_the_first_suspension_reaches_the_handler()
{
    asio::io_context loop;
    asio::cancellation_signal signal;
    bool handled = false;
    asio::post(loop, [&] { signal.emit(asio::cancellation_type::terminal); });
    auto on_exit = [&](std::exception_ptr) { handled = true; };
    asio::co_spawn(loop, wait_for_ever(), asio::bind_cancellation_slot(signal.slot(), on_exit));

    loop.run();
    return handled;
}

// What TaskScope does instead: suspend once, then cancel.
bool cancelling_after_the_first_suspension_reaches_the_handler()
{
    asio::io_context loop;
    asio::cancellation_signal signal;
    bool handled = false;
    auto on_exit = [&](std::exception_ptr) { handled = true; };
    asio::co_spawn(loop, wait_for_ever(), asio::bind_cancellation_slot(signal.slot(), on_exit));
    loop.run_for(10ms);

    signal.emit(asio::cancellation_type::terminal);
    loop.run_for(5s);
    return handled;
}

// C8. Only terminal cancellation passes by default.
bool partial_cancellation_ends_a_coroutine()
{
    asio::io_context loop;
    asio::cancellation_signal signal;
    bool handled = false;
    auto on_exit = [&](std::exception_ptr) { handled = true; };
    asio::co_spawn(loop, wait_for_ever(), asio::bind_cancellation_slot(signal.slot(), on_exit));
    loop.run_for(10ms);

    signal.emit(asio::cancellation_type::partial);
    loop.run_for(50ms);
    return handled;
}

asio::awaitable<void> fail_at_once()
{
    co_await suspend_once();
    throw std::runtime_error("failed");
}

asio::awaitable<void> wait_a_second()
{
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, 1s);
    co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> race_a_failure_with_a_timer()
{
    using namespace asio::experimental::awaitable_operators;
    co_await (fail_at_once() || wait_a_second());
}

// C10. One would expect the failure to end the race.
bool a_failing_operation_ends_a_race_with_a_timer()
{
    asio::io_context loop;
    bool ended = false;
    asio::co_spawn(loop, race_a_failure_with_a_timer(), [&](std::exception_ptr) { ended = true; });
    loop.run_for(500ms);
    return ended;
}

TEST(AsioCancellation, through_another_executor_uses_a_signal_after_its_end)
{
    EXPECT_EQ(observe(cancelling_through_another_executor_is_safe), Defect::present);
}

TEST(AsioCancellation, before_the_first_suspension_loses_the_coroutine)
{
    EXPECT_EQ(observe(cancelling_before_the_first_suspension_reaches_the_handler), Defect::present);
}

TEST(AsioCancellation, after_the_first_suspension_works)
{
    EXPECT_EQ(observe(cancelling_after_the_first_suspension_reaches_the_handler), Defect::gone);
}

TEST(AsioCancellation, other_than_terminal_does_not_reach_a_coroutine)
{
    EXPECT_EQ(observe(partial_cancellation_ends_a_coroutine), Defect::present);
}

TEST(AsioOperatorOr, lets_a_failure_wait_for_the_timer)
{
    EXPECT_EQ(observe(a_failing_operation_ends_a_race_with_a_timer), Defect::present);
}

TEST(Canary, takes_what_goes_well_for_a_defect_that_is_gone)
{
    EXPECT_EQ(observe(+[] { return true; }), Defect::gone);
    EXPECT_EQ(observe(+[] { return false; }), Defect::present);
    EXPECT_EQ(observe(+[]() -> bool { std::abort(); }), Defect::present);
}

} // namespace

} // namespace sluice::toolchain
