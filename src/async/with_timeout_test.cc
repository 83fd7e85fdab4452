// SPDX-License-Identifier: Apache-2.0
#include "async/with_timeout.h"

#include "async/signal.h"
#include "async/task_scope.h"
#include "async/testing.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

namespace sluice::with_timeout_test {

namespace {

using namespace std::chrono_literals;

Async<Result<int>> answer(Result<int> result)
{
    co_return result;
}

Async<Result<int>> wait_for_ever(Signal& signal, bool& cancelled)
{
    try {
        co_await signal.wait();
    } catch (const boost::system::system_error& error) {
        cancelled = error.code() == asio::error::operation_aborted;
        throw;
    }
    co_return 1;
}

// Ends well although it was told to stop, as an operation does that was just about to finish.
Async<Result<int>> succeed_when_cancelled()
{
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, 1h);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return 7;
}

Async<Result<int>> throw_a_logic_error()
{
    throw std::logic_error("a bug");
    co_return 1;
}

Async<Result<int>> cancel_and_wait(TaskScope& scope, Signal& signal, bool& cancelled)
{
    scope.cancel();
    Result<int> result = co_await wait_for_ever(signal, cancelled);
    co_return result;
}

Async<Result<int>> cancel_and_answer(TaskScope& scope)
{
    scope.cancel();
    co_return 1;
}

Async<void> keep(Async<Result<int>> operation, std::optional<Result<int>>& kept)
{
    Result<int> result = co_await with_timeout(std::move(operation), 1h);
    kept = std::move(result);
}

} // namespace

TEST(WithTimeout, gives_back_the_result_without_waiting_for_the_timer)
{
    asio::io_context loop;

    EXPECT_EQ(testing::await(loop, with_timeout(answer(5), 1h)).value(), 5);
}

TEST(WithTimeout, gives_back_an_error_without_waiting_for_the_timer)
{
    asio::io_context loop;
    const Error refused{Errc::conflict, "taken"};

    EXPECT_EQ(testing::await(loop, with_timeout(answer(refused), 1h)).error(), refused);
}

TEST(WithTimeout, passes_on_an_exception_without_waiting_for_the_timer)
{
    asio::io_context loop;

    EXPECT_THROW(testing::await(loop, with_timeout(throw_a_logic_error(), 1h)), std::logic_error);
}

TEST(WithTimeout, cancels_the_operation_when_the_limit_has_passed)
{
    asio::io_context loop;
    Signal signal(loop.get_executor());
    bool cancelled = false;

    const Result<int> result =
        testing::await(loop, with_timeout(wait_for_ever(signal, cancelled), 1ms));

    EXPECT_EQ(result.error().code, Errc::timed_out);
    EXPECT_TRUE(cancelled);
}

TEST(WithTimeout, a_late_success_is_still_a_success)
{
    asio::io_context loop;

    EXPECT_EQ(testing::await(loop, with_timeout(succeed_when_cancelled(), 1ms)).value(), 7);
}

TEST(WithTimeout, cancellation_of_the_caller_ends_the_operation_and_is_no_timeout)
{
    asio::io_context loop;
    Signal signal(loop.get_executor());
    TaskScope scope(loop.get_executor(), Log());
    bool cancelled = false;
    std::optional<Result<int>> kept;
    scope.spawn(keep(wait_for_ever(signal, cancelled), kept));
    loop.poll();

    scope.cancel();
    testing::await(loop, scope.join());

    EXPECT_TRUE(cancelled);
    EXPECT_FALSE(kept);
}

TEST(WithTimeout, an_operation_that_cancels_its_caller_in_its_first_line_does_not_go_on)
{
    asio::io_context loop;
    Signal signal(loop.get_executor());
    TaskScope scope(loop.get_executor(), Log());
    bool cancelled = false;
    std::optional<Result<int>> kept;

    scope.spawn(keep(cancel_and_wait(scope, signal, cancelled), kept));
    testing::await(loop, scope.join());

    EXPECT_FALSE(kept);
}

TEST(WithTimeout, an_operation_that_cancels_its_caller_and_ends_at_once_is_not_lost)
{
    asio::io_context loop;
    TaskScope scope(loop.get_executor(), Log());
    std::optional<Result<int>> kept;

    scope.spawn(keep(cancel_and_answer(scope), kept));
    testing::await(loop, scope.join());

    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->value(), 1);
}

} // namespace sluice::with_timeout_test
