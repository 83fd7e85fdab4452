// SPDX-License-Identifier: Apache-2.0
#include "sluice/coroutine.h"

#include "sdk/workflows/body_testing.h"
#include "sdk/workflows/cpp_body.h"
#include "sluice/workflow_error.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace sluice::workflows::coroutine_test {
namespace {

using namespace std::chrono_literals;

// An attempt at a coroutine, step by step.
struct Running {
    explicit Running(Body of, std::string input = "{}")
        : attempt(std::make_shared<FakeAttempt>(std::move(input))), body({.body = std::move(of)})
    {
        body.begin(attempt);
    }

    const BodyEnd& end()
    {
        attempt->run_all();
        EXPECT_TRUE(attempt->ended);
        return *attempt->ended;
    }

    std::shared_ptr<FakeAttempt> attempt;
    CppBody body;
};

Coro<int> twice(int number)
{
    co_return number * 2;
}

Coro<> add_up(Context& context)
{
    int sum = 0;
    for (int i = 1; i <= 3; ++i) {
        const int part = co_await twice(i);
        sum += part;
    }
    context.set("sum", sum);
}

Coro<Context> answer(Context& context)
{
    const int number = context.require<int>("n");
    const int doubled = co_await twice(number);
    Context output({{"n", doubled}});
    co_return output;
}

Coro<> fail_below(Context&)
{
    co_await twice(1);
    throw std::runtime_error("boom");
}

Coro<int> throw_later(TaskHandle& task)
{
    co_await task.after(1s);
    throw std::runtime_error("later");
}

Coro<> rescue(Context& context, TaskHandle& task)
{
    bool is_caught = false;
    try {
        co_await throw_later(task);
    } catch (const std::runtime_error&) {
        is_caught = true;
    }
    context.set("caught", is_caught);
}

Coro<> wait_a_second(Context& context, TaskHandle& task)
{
    co_await task.after(1s);
    context.set("waited", true);
}

Coro<> count_to_a_million(Context& context)
{
    std::int64_t sum = 0;
    for (int i = 0; i < 1'000'000; ++i) {
        const int part = co_await twice(1);
        sum += part;
    }
    context.set("sum", sum);
}

TEST(CoroutineBody, ends_at_once_when_it_never_waits)
{
    EXPECT_EQ(Running(add_up).attempt->ended->output, R"({"sum":12})");
    EXPECT_EQ(Running(answer, R"({"n":21})").attempt->ended->output, R"({"n":42})");
}

TEST(CoroutineBody, fails_by_what_it_throws)
{
    Running running(fail_below);
    EXPECT_EQ(running.end().kind, BodyEnd::Kind::failed);
    EXPECT_EQ(running.end().error, "boom");
}

TEST(CoroutineBody, fails_when_it_cannot_begin)
{
    Running running([](Context&) -> Coro<> { throw std::runtime_error("not even begun"); });
    EXPECT_EQ(running.end().error, "not even begun");
}

TEST(CoroutineBody, catches_what_a_coroutine_of_its_own_throws_after_a_wait)
{
    EXPECT_EQ(Running(rescue).end().output, R"({"caught":true})");
}

TEST(CoroutineBody, needs_no_stack_for_many_coroutines)
{
    EXPECT_EQ(Running(count_to_a_million).end().output, R"({"sum":2000000})");
}

TEST(CoroutineBody, may_be_a_lambda_with_captures)
{
    const auto told = std::make_shared<int>(0);
    {
        Running running([told](Context&, TaskHandle& task) -> Coro<> { // lives in the task
            co_await task.after(1ms);
            ++*told;
        });
        running.body = CppBody({.body = Body([](Context&) {})}); // registered again
        running.end();
    }
    EXPECT_EQ(*told, 1);
    EXPECT_EQ(told.use_count(), 1);
}

TEST(After, goes_on_by_a_work_of_the_attempt)
{
    Running running(wait_a_second);
    EXPECT_FALSE(running.attempt->ended);
    EXPECT_TRUE(running.attempt->is_slot_held());
    EXPECT_EQ(running.attempt->slept, (std::vector<Micros>{1s}));
    EXPECT_EQ(running.end().output, R"({"waited":true})");
}

TEST(After, throws_when_the_attempt_was_stopped)
{
    Running running(wait_a_second);
    running.attempt->stop();
    EXPECT_EQ(running.end().error, TaskStopped().what());
}

Coro<> until_third(Context& context, TaskHandle& task)
{
    int asked = 0;
    const auto condition = [&asked] { return ++asked == 3; };
    co_await task.until(condition, 20ms);
    context.set("asked", asked);
    context.set("has_slot", task.is_slot_held());
}

TEST(Until, asks_each_interval_without_a_slot_and_goes_on_with_one)
{
    Running running(until_third);
    EXPECT_FALSE(running.attempt->is_slot_held());
    ASSERT_TRUE(running.attempt->run_one());
    EXPECT_FALSE(running.attempt->ended);
    EXPECT_EQ(running.end().output, R"({"asked":3,"has_slot":true})");
    EXPECT_EQ(running.attempt->slept, (std::vector<Micros>{20ms, 20ms}));
}

Coro<> until_now(Context&, TaskHandle& task)
{
    co_await task.until([] { return true; });
}

TEST(Until, does_not_wait_for_what_holds)
{
    const Running running(until_now);
    EXPECT_TRUE(running.attempt->ended);
    EXPECT_TRUE(running.attempt->slept.empty());
}

Coro<> until_thrown(Context& context, TaskHandle& task)
{
    int asked = 0;
    const auto condition = [&asked]() -> bool {
        if (++asked == 2)
            throw std::runtime_error("no such file");
        return false;
    };
    try {
        co_await task.until(condition, 20ms);
    } catch (const std::runtime_error& error) {
        context.set("error", error.what());
    }
}

TEST(Until, throws_what_the_condition_throws)
{
    EXPECT_EQ(Running(until_thrown).end().output, R"({"error":"no such file"})");
}

TEST(Until, ends_when_the_attempt_is_stopped)
{
    Running running([](Context&, TaskHandle& task) -> Coro<> {
        co_await task.until([] { return false; });
    });
    running.attempt->run_one();
    running.attempt->stop();
    EXPECT_EQ(running.end().error, TaskStopped().what());
}

// What other asynchronous code keeps until it has an answer.
using Resume = std::function<void()>;

Body resumed_by(Resume& kept)
{
    return [&kept](Context& context, TaskHandle& task) -> Coro<> {
        const auto keep = [&kept](Resume resume) { kept = std::move(resume); };
        co_await task.resumed(keep);
        context.set("resumed", true);
    };
}

TEST(Resumed, goes_on_once_however_often_it_is_called)
{
    Resume resume;
    Running running(resumed_by(resume));
    EXPECT_TRUE(running.attempt->works.empty());
    resume();
    resume();
    EXPECT_EQ(running.attempt->works.size(), 1u);
    EXPECT_EQ(running.end().output, R"({"resumed":true})");
    resume();
    EXPECT_TRUE(running.attempt->works.empty());
}

TEST(Resumed, may_be_called_at_once)
{
    Running running([](Context& context, TaskHandle& task) -> Coro<> {
        const auto at_once = [](const Resume& resume) { resume(); };
        co_await task.resumed(at_once);
        context.set("resumed", true);
    });
    EXPECT_EQ(running.end().output, R"({"resumed":true})");
}

TEST(Resumed, does_nothing_after_a_stop)
{
    Resume resume;
    Running running(resumed_by(resume));
    running.attempt->stop();
    resume();
    EXPECT_EQ(running.end().error, TaskStopped().what());
    resume();
    EXPECT_TRUE(running.attempt->works.empty());
}

TEST(Resumed, throws_what_the_start_throws)
{
    Running running([](Context&, TaskHandle& task) -> Coro<> {
        const auto start = [](const Resume&) { throw std::runtime_error("not started"); };
        co_await task.resumed(start);
    });
    EXPECT_EQ(running.end().error, "not started");
}

TEST(CoroutineBody, is_destroyed_when_it_was_stopped)
{
    const auto held = std::make_shared<int>(0);
    {
        Resume resume;
        Running running([held, &resume](Context&, TaskHandle& task) -> Coro<> {
            const auto keep = [&resume](Resume given) { resume = std::move(given); };
            co_await task.resumed(keep);
            *held = 1;
        });
        running.attempt->stop();
        running.end();
    }
    EXPECT_EQ(*held, 0);
    EXPECT_EQ(held.use_count(), 1);
}

} // namespace
} // namespace sluice::workflows::coroutine_test
