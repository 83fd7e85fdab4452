// SPDX-License-Identifier: Apache-2.0
#include "async/task_scope.h"

#include "async/signal.h"
#include "async/testing.h"

#include <gtest/gtest.h>

namespace sluice::task_scope_test {

namespace {

struct Fixture {
    asio::io_context loop;
    TaskScope scope{loop.get_executor(), Log()};

    void end() { testing::await(loop, scope.join()); }
};

Async<void> count(int& lines)
{
    ++lines;
    co_return;
}

Async<void> wait_then_count(Signal& signal, int& lines)
{
    co_await signal.wait();
    ++lines;
}

Async<void> throw_an_int()
{
    throw 1;
    co_return;
}

Async<void> throw_a_logic_error()
{
    throw std::logic_error("a bug");
    co_return;
}

Async<void> spawn_another(TaskScope& scope, int& lines)
{
    scope.spawn(count(lines));
    co_return;
}

Async<void> cancel_own_scope(TaskScope& scope, Signal& signal, int& lines)
{
    scope.cancel();
    co_await signal.wait();
    ++lines;
}

} // namespace

TEST(TaskScope, runs_what_is_spawned_and_joins_it)
{
    Fixture f;
    int lines = 0;

    f.scope.spawn(count(lines));
    f.scope.spawn(spawn_another(f.scope, lines));
    f.end();

    EXPECT_EQ(lines, 2);
    EXPECT_EQ(f.scope.running(), 0u);
}

TEST(TaskScope, drops_work_that_is_cancelled_before_its_first_line)
{
    Fixture f;
    int lines = 0;

    f.scope.spawn(count(lines));
    f.scope.cancel();
    f.scope.spawn(count(lines));
    f.end();

    EXPECT_EQ(lines, 0);
}

TEST(TaskScope, a_wait_that_is_cancelled_does_not_go_on)
{
    Fixture f;
    Signal signal(f.loop.get_executor());
    int lines = 0;
    f.scope.spawn(wait_then_count(signal, lines));
    f.scope.spawn(wait_then_count(signal, lines));
    f.loop.poll();

    f.scope.cancel();
    f.end();

    EXPECT_EQ(lines, 0);
}

TEST(TaskScope, a_task_may_cancel_its_own_scope)
{
    Fixture f;
    Signal signal(f.loop.get_executor());
    int lines = 0;

    f.scope.spawn(cancel_own_scope(f.scope, signal, lines));
    f.end();

    EXPECT_EQ(lines, 0);
}

TEST(TaskScope, an_exception_of_any_type_ends_only_its_own_task)
{
    Fixture f;
    int lines = 0;

    f.scope.spawn(throw_a_logic_error());
    f.scope.spawn(throw_an_int());
    f.scope.spawn(count(lines));
    f.end();

    EXPECT_EQ(lines, 1);
}

TEST(TaskScope, logs_an_exception_but_not_a_cancellation)
{
    Fixture f;
    Signal signal(f.loop.get_executor());
    int lines = 0;
    Result<LogHub> hub = LogHub::make("error");
    TaskScope logging(f.loop.get_executor(), hub->component("engine"));
    ::testing::internal::CaptureStderr();

    logging.spawn(throw_a_logic_error());
    logging.spawn(wait_then_count(signal, lines));
    f.loop.poll();
    logging.cancel();
    testing::await(f.loop, logging.join());

    const std::string said = ::testing::internal::GetCapturedStderr();
    EXPECT_NE(said.find("a background task ended with a bug"), std::string::npos) << said;
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
}

TEST(TaskScope, joining_an_empty_scope_returns_at_once)
{
    Fixture f;

    f.end();

    EXPECT_EQ(f.scope.running(), 0u);
}

} // namespace sluice::task_scope_test
