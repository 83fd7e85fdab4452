// SPDX-License-Identifier: Apache-2.0
#include "sluice/runner.h"

#include "base/guarded.h"
#include "sdk/workflows/runner_testing.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace sluice::workflows::runner_test {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

void nothing(Context&)
{}

Body setting(std::string key, int value)
{
    return [key = std::move(key), value](Context& context) { context.set(key, value); };
}

TaskOptions after(std::vector<std::string> dependencies)
{
    return {.dependencies = std::move(dependencies)};
}

// One task, one try.
RunResult result_of(Body body)
{
    const Database database;
    Runner runner(database.url);
    runner.add(workflow_of(std::move(body), {.retry = tries(1)}));
    return runner.execute("only");
}

TEST(Runner, hands_contexts_down_a_chain)
{
    const Database database;
    Runner runner(database.url);
    const auto add = [](Context& context) { context.set("n", context.require<int>("n") + 1); };
    runner.add(WorkflowBuilder("chain")
                   .task("a", add)
                   .task("b", add, after({"a"}))
                   .task("c", add, after({"b"}))
                   .build());
    const RunResult result = runner.execute("chain", {{"n", 39}});
    EXPECT_EQ(result.status(), RunStatus::completed) << result.error_message();
    EXPECT_EQ(result.final_context(), Context({{"n", 42}}));
    EXPECT_EQ(result.initial_context(), Context({{"n", 39}}));
    EXPECT_EQ(result.task("b").output, Context({{"n", 41}}));
    EXPECT_EQ(result.task("b").attempts, 1);
    EXPECT_EQ(result.workflow(), "public::embedded::chain");
    EXPECT_TRUE(result.end_time());
}

TEST(Runner, merges_the_sides_of_a_diamond)
{
    const Database database;
    Runner runner(database.url);
    runner.add(WorkflowBuilder("diamond")
                   .task("a", setting("a", 1))
                   .task("b", setting("b", 2), after({"a"}))
                   .task("c", setting("c", 3), after({"a"}))
                   .task("d", setting("d", 4), after({"b", "c"}))
                   .build());
    EXPECT_EQ(
        runner.execute("diamond").final_context(), Context({{"a", 1}, {"b", 2}, {"c", 3}, {"d", 4}})
    );
}

TEST(Runner, runs_coroutines_beside_functions)
{
    const Database database;
    Runner runner(database.url);
    const auto wait = [](Context& context, TaskHandle& task) -> Coro<> {
        co_await task.after(1ms);
        context.set("waited", true);
    };
    runner.add(WorkflowBuilder("mixed")
                   .task("wait", wait)
                   .task("then", setting("n", 1), after({"wait"}))
                   .build());
    EXPECT_EQ(runner.execute("mixed").final_context(), Context({{"waited", true}, {"n", 1}}));
}

TEST(Runner, judges_rules)
{
    const Database database;
    Runner runner(database.url);
    const auto refuse = [](Context&) { throw std::runtime_error("the card was refused"); };
    runner.add(WorkflowBuilder("checkout")
                   .task("pay", refuse, {.retry = tries(1)})
                   .task("ship", nothing, after({"pay"}))
                   .task("sorry", nothing, {.dependencies = {"pay"}, .rule = task_failed("pay")})
                   .task("bill", nothing, {.dependencies = {"pay"}, .rule = !task_failed("pay")})
                   .build());
    const RunResult result = runner.execute("checkout");
    EXPECT_EQ(result.status(), RunStatus::failed);
    EXPECT_EQ(result.error_message(), "1 task(s) failed, 1 completed, 2 skipped");
    EXPECT_EQ(result.task("ship").status, TaskStatus::skipped);
    EXPECT_EQ(result.task("ship").error, "dependency 'pay' failed");
    EXPECT_EQ(result.task("sorry").status, TaskStatus::completed);
    EXPECT_EQ(result.task("bill").status, TaskStatus::skipped);
}

TEST(Runner, tries_again_and_tells_each_failure)
{
    const Database database;
    Lines heard;
    Runner runner(database.url);
    TaskOptions options{.retry = tries(5)};
    options.on_failure = [&](const std::string&, const std::string& error, const Context&) {
        heard.push_back(error);
    };
    options.on_success = [&](const std::string& task, const Context&) { heard.push_back(task); };
    const auto flaky = [](Context& context, TaskHandle& task) {
        if (task.attempt() < 3)
            throw std::runtime_error("failure " + std::to_string(task.attempt()));
        context.set("attempt", task.attempt());
    };
    runner.add(workflow_of(flaky, options));
    const RunResult result = runner.execute("only");
    EXPECT_EQ(heard, (Lines{"failure 1", "failure 2", "work"})); // all over by now
    EXPECT_EQ(result.final_context(), Context({{"attempt", 3}}));
    EXPECT_EQ(result.task("work").attempts, 3);
}

TEST(Runner, asks_a_custom_backoff_for_each_delay)
{
    const Database database;
    std::vector<int> asked;
    Runner runner(database.url);
    Retry retry = tries(3);
    retry.initial_delay = 1h;
    retry.max_delay = 1h;
    retry.backoff = Backoff::custom([&](int attempt, std::chrono::milliseconds) {
        asked.push_back(attempt);
        return 0ms;
    });
    const auto flaky = [](Context&, TaskHandle& task) {
        if (task.attempt() < 3)
            throw std::runtime_error("not yet");
    };
    runner.add(workflow_of(flaky, {.retry = retry}));
    EXPECT_EQ(runner.execute("only").status(), RunStatus::completed);
    EXPECT_EQ(asked, (std::vector<int>{1, 2}));
}

TEST(Runner, fails_a_task_by_whatever_its_body_throws)
{
    const auto error_by = [](auto thrown) {
        return result_of([thrown](Context&) { throw thrown; }).task("work").error;
    };
    EXPECT_EQ(error_by(std::runtime_error("boom")), "boom");
    EXPECT_EQ(error_by(7), "an exception of unknown type");
    EXPECT_EQ(error_by(TaskStopped()), "the task was stopped");
    EXPECT_EQ(
        result_of([](Context& context) { context.require<int>("n"); }).task("work").error,
        "context key 'n': there is none; wanted integer"
    );
    const auto coroutine = [](Context&, TaskHandle& task) -> Coro<> {
        co_await task.after(1ms);
        throw std::runtime_error("later");
    };
    EXPECT_EQ(result_of(coroutine).task("work").error, "later");
}

TEST(Runner, refuses_contexts_that_are_too_large)
{
    const Database database;
    Runner runner(database.url, {.context_bytes_max = 1'024});
    runner.add(workflow_of(
        [](Context& context) { context.set("text", std::string(2'000, 'x')); }, {.retry = tries(1)}
    ));
    EXPECT_EQ(
        runner.execute("only").task("work").error,
        "the context of task 'work' has 2,011 bytes; 1,024 are allowed"
    );
    const Context large({{"text", std::string(2'000, 'x')}});
    EXPECT_THROW(runner.execute("only", large), ContextError);
}

TEST(Runner, names_the_nearest_workflow_for_one_that_it_does_not_know)
{
    const Database database;
    Runner runner(database.url);
    runner.add(WorkflowBuilder("orders").task("a", nothing).build());
    try {
        runner.execute("order");
        FAIL() << "it was found";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), Error::Kind::not_found);
        EXPECT_NE(std::string(error.what()).find("did you mean 'orders'?"), std::string::npos);
    }
    EXPECT_EQ(runner.execute("public::embedded::orders").status(), RunStatus::completed);
}

TEST(Runner, takes_the_newer_of_two_workflows_of_one_name)
{
    const Database database;
    Runner runner(database.url);
    runner.add(workflow_of(setting("n", 1), {.version = "1"}));
    const RunResult first = runner.execute("only");
    runner.add(workflow_of(setting("n", 2), {.version = "2"}));
    const RunResult second = runner.execute("only");
    EXPECT_EQ(first.final_context(), Context({{"n", 1}}));
    EXPECT_EQ(second.final_context(), Context({{"n", 2}}));
    EXPECT_NE(first.version(), second.version());
    EXPECT_EQ(runner.get_result(first.id()).version(), first.version());
}

TEST(Runner, is_called_by_a_body_that_has_the_only_slot)
{
    const Database database;
    Runner runner(database.url, {.max_concurrent_tasks = 1});
    runner.add(WorkflowBuilder("inner").task("a", setting("n", 1)).build());
    runner.add(workflow_of([&runner](Context& context, TaskHandle& task) {
        context = runner.execute("inner").final_context();
        context.set("has_slot", task.is_slot_held());
    }));
    EXPECT_EQ(runner.execute("only").final_context(), Context({{"n", 1}, {"has_slot", true}}));
}

TEST(Runner, is_called_by_a_callback_whose_task_has_the_only_slot)
{
    const Database database;
    std::optional<std::int64_t> told;
    Runner runner(database.url, {.max_concurrent_tasks = 1});
    runner.add(WorkflowBuilder("inner").task("a", setting("n", 1)).build());
    TaskOptions options{.retry = tries(1)};
    options.on_success = [&](const std::string&, const Context&) {
        told = runner.execute("inner").final_context().get<std::int64_t>("n");
    };
    runner.add(workflow_of([](Context&) {}, options));
    EXPECT_EQ(runner.execute("only").status(), RunStatus::completed);
    EXPECT_EQ(told, 1);
}

TEST(Runner, is_called_by_every_function_of_the_program)
{
    const Database database;
    Guarded<std::set<std::string>> heard;
    std::promise<void> ended;
    std::promise<void> asked;
    Runner runner(database.url, {.max_concurrent_tasks = 1});
    const auto call = [&](const std::string& who) {
        runner.list_runs(); // needs the loop, a connection, and every lock of a call
        heard.with([&](auto& all) { all.insert(who); });
    };
    TaskOptions options{.retry = tries(2)};
    options.retry.backoff = Backoff::custom([&](int, std::chrono::milliseconds) {
        call("backoff");
        return 0ms;
    });
    options.checkpoint = [&](const Context&) { call("checkpoint"); };
    options.on_success = [&](const std::string&, const Context&) { call("on_success"); };
    options.on_failure = [&](const std::string&, const std::string&, const Context&) {
        call("on_failure");
    };
    const auto body = [&](Context&, TaskHandle& task) {
        call("body");
        const auto condition = [&] {
            call("condition");
            return true;
        };
        task.defer_until(condition);
        if (task.attempt() == 1)
            throw std::runtime_error("not yet");
    };
    runner.add(workflow_of(body, options));
    const auto poll = [&] {
        call("trigger");
        asked.set_value();
        return TriggerResult::skip();
    };
    runner.add(Trigger{.name = "files", .workflow = "only", .poll = poll, .interval = 24h});
    const auto on_status = [&](const std::string&, RunStatus status) {
        call("status");
        if (is_final(status))
            ended.set_value();
    };
    runner.execute_async("only", {}, on_status);
    ended.get_future().wait();
    asked.get_future().wait();
    const std::set<std::string> all{"backoff",    "body",       "checkpoint", "condition",
                                    "on_failure", "on_success", "status",     "trigger"};
    EXPECT_EQ(heard.with([](const auto& names) { return names; }), all);
}

TEST(Runner, is_called_by_fifty_threads)
{
    const Database database;
    std::atomic<int> right = 0;
    Runner runner(database.url);
    runner.add(workflow_of([](Context& context) { context.set("n", context.require<int>("n") * 2); }
    ));
    std::vector<std::thread> callers;
    for (int i = 0; i < 50; ++i)
        callers.emplace_back([&runner, &right, i] {
            const RunResult result = runner.execute("only", {{"n", i}});
            right += result.final_context() == Context({{"n", 2 * i}}) ? 1 : 0;
        });
    for (std::thread& caller : callers)
        caller.join();
    EXPECT_EQ(right, 50);
}

TEST(Runner, gives_the_slot_of_a_body_that_waits_to_others)
{
    const Database database;
    std::atomic<bool> is_there = false;
    Runner runner(database.url, {.max_concurrent_tasks = 1});
    runner.add(WorkflowBuilder("waiter")
                   .task(
                       "wait", [&](Context&, TaskHandle& task
                               ) { task.defer_until([&] { return is_there.load(); }, 1ms); }
                   )
                   .build());
    runner.add(WorkflowBuilder("maker").task("make", [&](Context&) { is_there = true; }).build());
    const Handle waiter = runner.execute_async("waiter");
    EXPECT_EQ(runner.execute("maker").status(), RunStatus::completed);
    EXPECT_EQ(waiter.wait().status(), RunStatus::completed);
}

TEST(Runner, gives_the_slot_of_a_coroutine_that_waits_to_others)
{
    const Database database;
    std::atomic<bool> is_there = false;
    Runner runner(database.url, {.max_concurrent_tasks = 1});
    const auto wait = [&is_there](Context&, TaskHandle& task) -> Coro<> {
        const auto look = [&is_there] { return is_there.load(); };
        co_await task.until(look, 1ms);
    };
    runner.add(WorkflowBuilder("waiter").task("wait", wait).build());
    runner.add(WorkflowBuilder("maker").task("make", [&](Context&) { is_there = true; }).build());
    const Handle waiter = runner.execute_async("waiter");
    EXPECT_EQ(runner.execute("maker").status(), RunStatus::completed);
    EXPECT_EQ(waiter.wait().status(), RunStatus::completed);
}

TEST(Runner, tells_a_callback_of_the_end_last)
{
    const Database database;
    std::vector<RunStatus> heard;
    std::promise<std::string> ended;
    Runner runner(database.url);
    runner.add(workflow_of(nothing));
    const Handle run =
        runner.execute_async("only", {}, [&](const std::string& id, RunStatus status) {
            heard.push_back(status);
            if (is_final(status))
                ended.set_value(id);
        });
    EXPECT_EQ(ended.get_future().get(), run.id());
    EXPECT_EQ(heard.back(), RunStatus::completed);
    EXPECT_EQ(run.status(), RunStatus::completed);
}

TEST(Runner, lists_runs_newest_first_and_by_page)
{
    const Database database;
    Runner runner(database.url);
    runner.add(workflow_of(nothing));
    runner.add(WorkflowBuilder("other").task("a", nothing).build());
    const std::string first = runner.execute("only").id();
    const std::string second = runner.execute("only").id();
    runner.execute("other");

    EXPECT_EQ(runner.list_runs().size(), 3u);
    const std::vector<RunSummary> page = runner.list_runs({.workflow = "only", .limit = 1});
    ASSERT_EQ(page.size(), 1u);
    EXPECT_EQ(page[0].id, second);
    EXPECT_EQ(page[0].status, RunStatus::completed);
    EXPECT_EQ(page[0].total, 1);
    EXPECT_EQ(page[0].completed, 1);
    const std::vector<RunSummary> next =
        runner.list_runs({.workflow = "only", .before = second, .limit = 1});
    ASSERT_EQ(next.size(), 1u);
    EXPECT_EQ(next[0].id, first);
    EXPECT_TRUE(runner.list_runs({.status = RunStatus::failed}).empty());
    const auto too_many = [&] { runner.list_runs({.limit = 1'001}); };
    EXPECT_EQ(kind_of_error(too_many), Error::Kind::invalid);
}

TEST(Runner, finds_runs_of_other_runners_by_their_id)
{
    const Database database;
    Runner first(database.url);
    first.add(workflow_of(setting("n", 1)));
    const std::string id = first.execute("only").id();
    Runner second(database.url);
    EXPECT_EQ(second.get_status(id), RunStatus::completed);
    EXPECT_EQ(second.get_result(id).final_context(), Context({{"n", 1}}));
    EXPECT_EQ(second.attach(id).wait().id(), id);
    EXPECT_TRUE(second.why(id).empty());
    const auto unknown = [&] { second.get_status("00000000-0000-7000-8000-000000000000"); };
    EXPECT_EQ(kind_of_error(unknown), Error::Kind::not_found);
}

TEST(Runner, runs_a_task_and_what_depends_on_it_again)
{
    const Database database;
    std::atomic<bool> is_open = false;
    Runner runner(database.url);
    const auto pay = [&](Context& context) {
        if (!is_open)
            throw std::runtime_error("closed");
        context.set("paid", true);
    };
    runner.add(WorkflowBuilder("checkout")
                   .task("load", nothing)
                   .task("pay", pay, {.dependencies = {"load"}, .retry = tries(1)})
                   .task("ship", nothing, after({"pay"}))
                   .build());
    const RunResult refused = runner.execute("checkout");
    EXPECT_EQ(refused.status(), RunStatus::failed);
    is_open = true;
    const RunResult paid = runner.retry_from(refused.id(), "pay").wait();
    EXPECT_EQ(paid.status(), RunStatus::completed);
    EXPECT_EQ(paid.task("ship").status, TaskStatus::completed);
    EXPECT_EQ(paid.task("load").attempts, 1);
    const auto unknown = [&] { runner.retry_from(refused.id(), "fly"); };
    EXPECT_EQ(kind_of_error(unknown), Error::Kind::not_found);
}

TEST(Runner, has_options_and_a_schema_that_make_sense)
{
    const Database database;
    const auto no_slots = [&] { Runner(database.url, {.max_concurrent_tasks = 0}); };
    EXPECT_EQ(kind_of_error(no_slots), Error::Kind::invalid);
    const auto schema = [&] { Runner::with_schema(database.url, "tenant"); };
    EXPECT_EQ(kind_of_error(schema), Error::Kind::invalid);
    const auto nameless = [&] { Runner::with_schema("postgresql://", ""); };
    EXPECT_EQ(kind_of_error(nameless), Error::Kind::invalid);
}

TEST(Runner, has_counters)
{
    const Database database;
    Runner runner(database.url);
    runner.add(workflow_of(nothing));
    runner.execute("only");
    EXPECT_NE(runner.metrics().find("sluice_"), std::string::npos);
}

} // namespace
} // namespace sluice::workflows::runner_test
