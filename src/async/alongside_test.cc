// SPDX-License-Identifier: Apache-2.0
#include "async/alongside.h"

#include "async/signal.h"
#include "async/testing.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace sluice::alongside_test {
namespace {

using testing::await;

struct Watched {
    int looks = 0;
    bool ended = false;
};

Async<Result<void>> watch(Watched& watched, Signal& seen)
{
    struct End {
        ~End() { watched.ended = true; }
        Watched& watched;
    };
    const End end{watched};
    for (;;) {
        ++watched.looks;
        seen.notify();
        co_await sleep_for(std::chrono::hours(1));
    }
}

Async<Result<int>> answer_after(Signal& seen)
{
    co_await seen.wait();
    co_return 7;
}

Async<Result<int>> never(bool& cancelled)
{
    struct End {
        ~End() { cancelled = true; }
        bool& cancelled;
    };
    const End end{cancelled};
    co_await sleep_for(std::chrono::hours(1));
    co_return 0;
}

Async<Result<void>> fail()
{
    throw std::runtime_error("a bug");
    co_return Result<void>();
}

TEST(Alongside, the_companion_lives_as_long_as_the_operation)
{
    asio::io_context loop;
    Signal seen(loop.get_executor());
    Watched watched;
    EXPECT_EQ(await(loop, alongside(answer_after(seen), watch(watched, seen))).value(), 7);
    EXPECT_EQ(watched.looks, 1);
    EXPECT_TRUE(watched.ended);
}

TEST(Alongside, a_companion_that_throws_ends_both)
{
    asio::io_context loop;
    bool cancelled = false;
    EXPECT_THROW(await(loop, alongside(never(cancelled), fail())), std::runtime_error);
    EXPECT_TRUE(cancelled);
}

} // namespace
} // namespace sluice::alongside_test
