// SPDX-License-Identifier: Apache-2.0
#include "workflows/loop_calls.h"

#include "async/signal.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace sluice::loop_calls_test {
namespace {

using Kind = CallError::Kind;

class LoopCallsTest : public ::testing::Test {
protected:
    ~LoopCallsTest() override { run(); }

    void run()
    {
        loop.restart();
        loop.run();
    }

    PendingPtr<int> ask(int answer)
    {
        return calls->ask<int>([answer] { return answers(answer); });
    }
    PendingPtr<int> ask_and_wait(Signal& signal)
    {
        return calls->ask<int>([&signal] { return waits(signal); });
    }

    static Async<Result<int>> answers(int answer) { co_return answer; }
    static Async<Result<int>> waits(Signal& signal)
    {
        co_await signal.wait();
        co_return 1;
    }

    static CallError closed() { return {.kind = Kind::closed, .text = "closed"}; }

    asio::io_context loop{1};
    Inbox inbox{loop.get_executor()};
    TaskScope scope{loop.get_executor(), Log()};
    std::shared_ptr<LoopCalls> calls = std::make_shared<LoopCalls>(inbox, scope);
};

TEST_F(LoopCallsTest, bring_answers_and_errors_back)
{
    const PendingPtr<int> good = ask(7);
    const PendingPtr<int> bad = calls->ask<int>([]() -> Async<Result<int>> {
        co_return Error{Errc::conflict, "taken"};
    });
    EXPECT_FALSE(good->is_answered());
    EXPECT_EQ(calls->size(), 2U);
    run();
    EXPECT_EQ(good->get().value(), 7);
    EXPECT_EQ(bad->get().error().text, "taken");
    EXPECT_EQ(calls->size(), 0U);
}

TEST_F(LoopCallsTest, are_refused_once_they_are_closed_and_what_was_taken_is_answered)
{
    const PendingPtr<int> before = ask(7);
    calls->close(closed());
    calls->close({.kind = Kind::broken, .text = "later"});
    EXPECT_EQ(ask(8)->get().error(), closed());
    EXPECT_EQ(calls->refusal(), closed());
    run();
    EXPECT_EQ(before->get().value(), 7);
}

TEST_F(LoopCallsTest, are_answered_when_the_loop_waits_for_something_else)
{
    Signal signal(loop.get_executor());
    const PendingPtr<int> waiting = ask_and_wait(signal);
    loop.poll();
    const PendingPtr<int> in_the_inbox = ask(7);
    calls->close(closed());
    calls->refuse_all();
    EXPECT_EQ(waiting->get().error(), closed());
    EXPECT_EQ(in_the_inbox->get().error(), closed());
    signal.notify(); // its own answer comes too late
    run();
    EXPECT_EQ(waiting->get().error(), closed());
}

TEST_F(LoopCallsTest, are_answered_when_their_work_is_dropped)
{
    Signal signal(loop.get_executor());
    const PendingPtr<int> waiting = ask_and_wait(signal);
    loop.poll();
    calls->close(closed());
    scope.cancel();
    run();
    EXPECT_EQ(waiting->get().error(), closed());
}

TEST_F(LoopCallsTest, say_so_when_work_breaks_off)
{
    const PendingPtr<int> bad =
        calls->ask<int>([]() -> Async<Result<int>> { throw std::logic_error("as it was told"); });
    run();
    EXPECT_EQ(bad->get().error().kind, Kind::broken);
}

TEST(LoopCalls, are_answered_when_their_loop_never_comes_to_them)
{
    PendingPtr<bool> pending;
    {
        asio::io_context loop(1);
        Inbox inbox(loop.get_executor());
        TaskScope scope(loop.get_executor(), Log());
        const auto calls = std::make_shared<LoopCalls>(inbox, scope);
        pending = calls->ask<bool>([]() -> Async<Result<bool>> { co_return true; });
        calls->close({.kind = Kind::closed, .text = "closed"});
    }
    EXPECT_EQ(pending->get().error().kind, Kind::closed);
}

} // namespace
} // namespace sluice::loop_calls_test
