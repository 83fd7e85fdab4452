// SPDX-License-Identifier: Apache-2.0
#include "async/both.h"

#include "async/signal.h"
#include "async/testing.h"

#include <gtest/gtest.h>

namespace sluice::both_test {

namespace {

Async<Result<void>> answer(Result<void> result)
{
    co_return result;
}

Async<Result<void>> wait_then_notify(Signal& awaited, Signal& notified)
{
    notified.notify();
    co_await awaited.wait();
    notified.notify();
    co_return Result<void>();
}

Async<Result<void>> end_late(Signal& begin, bool& ended)
{
    co_await begin.wait();
    ended = true;
    co_return Result<void>();
}

Async<Result<void>> fail_and_notify(Signal& signal, Error error)
{
    signal.notify();
    co_return error;
}

Async<Result<void>> throw_a_logic_error()
{
    throw std::logic_error("a bug");
    co_return Result<void>();
}

} // namespace

TEST(Both, runs_the_operations_at_once)
{
    asio::io_context loop;
    Signal one(loop.get_executor());
    Signal other(loop.get_executor());

    const Result<void> done =
        testing::await(loop, both(wait_then_notify(one, other), wait_then_notify(other, one)));

    EXPECT_TRUE(done); // one after the other would wait for ever
}

TEST(Both, gives_back_the_error_of_either)
{
    asio::io_context loop;
    const Error refused{Errc::conflict, "taken"};
    const Error lost{Errc::not_found, "gone"};

    EXPECT_EQ(testing::await(loop, both(answer(refused), answer({}))).error(), refused);
    EXPECT_EQ(testing::await(loop, both(answer({}), answer(lost))).error(), lost);
    EXPECT_EQ(testing::await(loop, both(answer(refused), answer(lost))).error(), refused);
}

TEST(Both, waits_for_the_other_when_one_has_failed)
{
    asio::io_context loop;
    Signal begin(loop.get_executor());
    bool ended = false;
    const Error refused{Errc::conflict, "taken"};

    const Result<void> done =
        testing::await(loop, both(fail_and_notify(begin, refused), end_late(begin, ended)));

    EXPECT_EQ(done.error(), refused);
    EXPECT_TRUE(ended);
}

TEST(Both, passes_on_an_exception)
{
    asio::io_context loop;

    EXPECT_THROW(testing::await(loop, both(answer({}), throw_a_logic_error())), std::logic_error);
    EXPECT_THROW(testing::await(loop, both(throw_a_logic_error(), answer({}))), std::logic_error);
}

} // namespace sluice::both_test
