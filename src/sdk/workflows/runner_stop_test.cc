// SPDX-License-Identifier: Apache-2.0
// How runs, waits and Runners end before their time.
#include "sdk/workflows/runner_testing.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace sluice::workflows::runner_stop_test {
namespace {

using namespace std::chrono_literals;

void nothing(Context&)
{}

// Works until it is stopped, and tells when it has begun.
Body until_stopped(Latch& begun)
{
    return [&begun](Context&, TaskHandle& task) {
        begun.open();
        task.sleep_for(24h);
    };
}

TEST(Cancel, stops_the_body_and_wakes_who_waits)
{
    const Database database;
    Latch begun;
    std::promise<bool> seen;
    Runner runner(database.url);
    runner.add(workflow_of([&](Context&, TaskHandle& task) {
        begun.open();
        try {
            task.sleep_for(24h);
        } catch (const TaskStopped&) {
            seen.set_value(task.cancelled());
            throw;
        }
    }));
    const Handle run = runner.execute_async("only");
    begun.wait();
    EXPECT_EQ(run.status(), RunStatus::running);
    EXPECT_EQ(run.wait_for(0ms), std::nullopt);
    run.cancel("not needed");
    const RunResult result = run.wait();
    EXPECT_EQ(result.status(), RunStatus::cancelled);
    EXPECT_NE(result.error_message().find("not needed"), std::string::npos);
    EXPECT_TRUE(seen.get_future().get());
    EXPECT_EQ(kind_of_error([&] { run.cancel(); }), Error::Kind::conflict);
}

TEST(Cancel, refuses_what_the_body_comes_to)
{
    const Database database;
    Latch begun;
    Latch cancelled;
    Runner runner(database.url);
    runner.add(workflow_of([&](Context& context) {
        begun.open();
        cancelled.wait();
        context.set("late", true);
    }));
    const Handle run = runner.execute_async("only");
    begun.wait();
    runner.cancel(run.id());
    cancelled.open();
    const RunResult result = run.wait();
    EXPECT_EQ(result.task("work").status, TaskStatus::cancelled);
    EXPECT_EQ(result.task("work").output, std::nullopt);
}

TEST(Cancel, ends_a_wait_within_the_body)
{
    const Database database;
    Latch begun;
    std::promise<void> stopped;
    std::promise<std::string> inner;
    Runner runner(database.url);
    runner.add(WorkflowBuilder("inner").task("wait", until_stopped(begun)).build());
    runner.add(workflow_of([&](Context&) {
        const Handle waited = runner.execute_async("inner");
        inner.set_value(waited.id());
        try {
            waited.wait();
        } catch (const TaskStopped&) {
            stopped.set_value();
        }
    }));
    const Handle outer = runner.execute_async("only");
    begun.wait();
    outer.cancel();
    stopped.get_future().wait();
    runner.cancel(inner.get_future().get());
}

TEST(Pause, holds_what_has_not_started)
{
    const Database database;
    Latch begun;
    Latch paused;
    Runner runner(database.url);
    const auto first = [&](Context&) {
        begun.open();
        paused.wait();
    };
    runner.add(
        WorkflowBuilder("two").task("a", first).task("b", nothing, {.dependencies = {"a"}}).build()
    );
    const Handle run = runner.execute_async("two");
    begun.wait();
    runner.pause(run.id());
    paused.open();
    EXPECT_FALSE(is_final(run.status()));
    EXPECT_FALSE(runner.why(run.id()).empty());
    runner.resume(run.id());
    EXPECT_EQ(run.wait().status(), RunStatus::completed);
    EXPECT_EQ(kind_of_error([&] { runner.pause(run.id()); }), Error::Kind::conflict);
}

TEST(Timeout, fails_the_attempt_and_is_told_once)
{
    const Database database;
    std::promise<std::string> told;
    Latch begun;
    Runner runner(database.url);
    TaskOptions options{.retry = tries(1), .timeout = 50ms};
    options.on_failure = [&](const std::string&, const std::string& error, const Context&) {
        told.set_value(error); // a second call would throw
    };
    runner.add(workflow_of(until_stopped(begun), options));
    const RunResult result = runner.execute("only");
    EXPECT_EQ(result.status(), RunStatus::failed);
    EXPECT_EQ(told.get_future().get(), result.task("work").error);
}

TEST(Timeout, is_told_when_the_run_may_be_final_already)
{
    const Database database;
    std::promise<std::string> told;
    Latch begun;
    Latch returned;
    Runner runner(database.url);
    TaskOptions options{.retry = tries(1), .timeout = 50ms};
    options.on_failure = [&](const std::string&, const std::string& error, const Context&) {
        returned.wait();
        told.set_value(error);
    };
    runner.add(workflow_of(until_stopped(begun), options));
    EXPECT_EQ(runner.execute("only").status(), RunStatus::failed);
    returned.open();
    EXPECT_EQ(told.get_future().get(), "Timeout");
}

TEST(Shutdown, tells_who_waits_and_who_calls_later)
{
    const Database database;
    Latch begun;
    std::promise<Error::Kind> told;
    Runner runner(database.url);
    runner.add(workflow_of(until_stopped(begun)));
    const Handle run = runner.execute_async("only");
    begun.wait();
    std::thread waiter([&] { told.set_value(kind_of_error([&] { run.wait(); })); });
    runner.shutdown(0ms);
    EXPECT_EQ(told.get_future().get(), Error::Kind::closed);
    waiter.join();

    EXPECT_EQ(runner.shutdown(), 0u);
    EXPECT_EQ(kind_of_error([&] { runner.execute("only"); }), Error::Kind::closed);
    EXPECT_EQ(kind_of_error([&] { runner.add(workflow_of(nothing)); }), Error::Kind::closed);
    EXPECT_EQ(kind_of_error([&] { runner.list_runs(); }), Error::Kind::closed);
    EXPECT_EQ(kind_of_error([&] { runner.cron().list(); }), Error::Kind::closed);
    EXPECT_EQ(kind_of_error([&] { runner.triggers().list(); }), Error::Kind::closed);
}

TEST(Shutdown, hands_back_what_is_not_done)
{
    const Database database;
    Latch begun;
    std::string id;
    {
        Runner first(database.url);
        first.add(workflow_of(until_stopped(begun), {.retry = tries(1)}));
        id = first.execute_async("only").id();
        begun.wait();
        first.shutdown(0ms);
    }
    Runner second(database.url);
    second.add(workflow_of([](Context& context) { context.set("n", 1); }, {.retry = tries(1)}));
    EXPECT_EQ(second.attach(id).wait().final_context(), Context({{"n", 1}}));
}

TEST(Shutdown, counts_bodies_that_do_not_stop)
{
    const Database database;
    Latch begun;
    Latch released;
    const auto over = std::make_shared<std::promise<void>>(); // the thread outlives the test
    {
        Runner runner(database.url);
        runner.add(workflow_of([&, over](Context&) {
            begun.open();
            released.wait();
            over->set_value();
        }));
        runner.execute_async("only");
        begun.wait();
        EXPECT_EQ(runner.shutdown(0ms), 1u);
    }
    released.open();
    over->get_future().wait();
}

TEST(Shutdown, comes_with_the_end_of_a_runner)
{
    const Database database;
    Runner kept(database.url);
    kept.add(workflow_of(nothing));
    const CronSchedules of_first = kept.cron();
    kept = Runner(database.url);
    EXPECT_EQ(kind_of_error([&] { of_first.list(); }), Error::Kind::closed);
    EXPECT_EQ(kind_of_error([&] { kept.execute("only"); }), Error::Kind::not_found);
    const Runner moved = std::move(kept);
    EXPECT_TRUE(moved.list_runs().empty());
}

} // namespace
} // namespace sluice::workflows::runner_stop_test
