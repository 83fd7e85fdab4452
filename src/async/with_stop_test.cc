// SPDX-License-Identifier: Apache-2.0
#include "async/with_stop.h"

#include "async/signal.h"
#include "async/task_scope.h"
#include "async/testing.h"

#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

namespace sluice::with_stop_test {

namespace {

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

Async<void> request(StopEvent& stop)
{
    stop.request();
    co_return;
}

Async<void> keep(Async<std::optional<Result<int>>> work, bool& ended)
{
    co_await std::move(work);
    ended = true;
}

class WithStop : public ::testing::Test {
protected:
    asio::io_context loop_;
    Signal signal_{loop_.get_executor()};
    StopEvent stop_{loop_.get_executor()};
    TaskScope scope_{loop_.get_executor(), Log()};
    bool cancelled_ = false;
};

} // namespace

TEST_F(WithStop, an_operation_that_ends_by_itself_gives_its_result)
{
    EXPECT_EQ(testing::await(loop_, with_stop(answer(5), stop_))->value(), 5);

    const Error error{Errc::conflict, "taken"};
    EXPECT_EQ(testing::await(loop_, with_stop(answer(error), stop_))->error(), error);
}

TEST_F(WithStop, a_request_cancels_the_operation)
{
    scope_.spawn(request(stop_));

    const auto result = testing::await(loop_, with_stop(wait_for_ever(signal_, cancelled_), stop_));

    EXPECT_FALSE(result);
    EXPECT_TRUE(cancelled_);
    testing::await(loop_, scope_.join());
}

TEST_F(WithStop, a_request_that_came_before_counts_too)
{
    stop_.request();

    EXPECT_FALSE(testing::await(loop_, with_stop(wait_for_ever(signal_, cancelled_), stop_)));
    EXPECT_TRUE(cancelled_);
}

TEST_F(WithStop, cancellation_of_the_caller_is_no_request)
{
    bool ended = false;
    scope_.spawn(keep(with_stop(wait_for_ever(signal_, cancelled_), stop_), ended));
    loop_.poll();

    scope_.cancel();
    testing::await(loop_, scope_.join());

    EXPECT_TRUE(cancelled_);
    EXPECT_FALSE(ended);
}

} // namespace sluice::with_stop_test
