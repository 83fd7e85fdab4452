// SPDX-License-Identifier: Apache-2.0
#include "engine/dispatcher.h"

#include "engine/testing.h"
#include "exec/function_executor.h"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace sluice::dispatcher_test {
namespace {

using testing::EngineTest;
using testing::turn_until;
using namespace std::chrono_literals;

class DispatcherTest : public EngineTest {
protected:
    Target target(const Submitted& submitted, std::size_t index)
    {
        Target target;
        target.run = submitted.run;
        target.tasks = {submitted.tasks[index]};
        return target;
    }

    // Until nobody claims any more: whoever has claimed has been answered, and what came of it too.
    void settle()
    {
        for (int i = 0; i < 3; ++i) {
            ASSERT_TRUE(db(OutputsRemoved{}));
            loop.restart();
            loop.poll();
        }
    }

    // Submits, and says so to the dispatcher, in one turn of the loop.
    testing::Pending<Submitted> submit_to(Dispatcher& dispatcher, Submit request)
    {
        testing::Pending<Submitted> submitted = db.start(std::move(request));
        asio::post(loop, [&dispatcher] { dispatcher.expect(); });
        return submitted;
    }

    static Submit run_of(std::vector<std::string> names, std::vector<GraphLink> links = {})
    {
        Submit request;
        request.run.kind = RunKind::execution;
        request.run.queues = {"q"};
        request.links = std::move(links);
        for (std::string& name : names)
            request.tasks.push_back(named(std::move(name)));
        return request;
    }

    void stop(std::chrono::steady_clock::duration grace)
    {
        testing::await(loop, engine->stop(grace));
        engine.reset();
    }
};

TEST_F(DispatcherTest, executes_what_is_ready_and_reports_how_it_ended)
{
    serve(10);
    const Submitted submitted = submit({"ok 1", "fail 1"});

    EXPECT_EQ(finish(submitted.run), RunState::failed);
    EXPECT_EQ(task(submitted.tasks[0]).state, TaskState::succeeded);
    EXPECT_EQ(task(submitted.tasks[0]).done->result, "\"result\"");
    EXPECT_EQ(task(submitted.tasks[0]).worker_name, "here");
    EXPECT_EQ(task(submitted.tasks[1]).state, TaskState::failed);
    EXPECT_EQ(task(submitted.tasks[1]).done->error, "as it was told");
}

TEST_F(DispatcherTest, takes_up_what_was_ready_before_it_began)
{
    const Submitted submitted = submit({"ok 1"});
    serve(1);

    EXPECT_EQ(finish(submitted.run), RunState::succeeded);
}

TEST_F(DispatcherTest, an_exception_is_a_failed_attempt)
{
    serve(10);
    const Submitted submitted = submit({"throw 1", "throw int 1", "ok 1"});

    EXPECT_EQ(finish(submitted.run), RunState::failed);
    EXPECT_EQ(task(submitted.tasks[0]).done->error, "thrown by the task");
    EXPECT_EQ(task(submitted.tasks[1]).done->error, "an exception of unknown type");
    EXPECT_EQ(task(submitted.tasks[2]).state, TaskState::succeeded);
}

TEST_F(DispatcherTest, an_exception_without_a_word_is_a_failed_attempt_too)
{
    serve(1);
    const Submitted submitted = submit({"throw silently"});

    EXPECT_EQ(finish(submitted.run), RunState::failed);
}

TEST_F(DispatcherTest, executes_at_most_as_many_as_it_has_places)
{
    const Dispatcher& dispatcher = serve(2);
    const Submitted submitted = submit({"hold 1", "hold 2", "hold 3", "hold 4", "hold 5"});
    turn_until(loop, [&] { return executor.holding() == 2; });

    for (std::size_t done = 1; done <= 5; ++done) {
        EXPECT_EQ(dispatcher.executing(), std::min<std::size_t>(2, 6 - done));
        executor.let_go();
        const std::size_t holding = std::min<std::size_t>(2, 5 - done);
        turn_until(loop, [&] {
            return executor.started.size() == std::min<std::size_t>(5, 2 + done) &&
                   executor.holding() == holding;
        });
    }
    EXPECT_EQ(finish(submitted.run), RunState::succeeded);
}

TEST_F(DispatcherTest, what_waits_leaves_its_place_to_others)
{
    const Dispatcher& dispatcher = serve(2);
    const Submitted submitted = submit({"wait 1", "wait 2", "wait 3", "hold 4", "hold 5"});
    turn_until(loop, [&] { return executor.holding() == 5; });
    EXPECT_EQ(dispatcher.executing(), 2u);

    for (int left = 5; left >= 2; --left) {
        EXPECT_LE(dispatcher.executing(), 2u);
        executor.let_go(); // who has waited wants a place now
        turn_until(loop, [&] { return executor.holding() < static_cast<std::size_t>(left); });
    }
    turn_until(loop, [&] {
        EXPECT_LE(dispatcher.executing(), 2u);
        if (executor.holding() > 0)
            executor.let_go();
        return executor.released == 8; // those that have waited hold once more
    });
    EXPECT_EQ(finish(submitted.run), RunState::succeeded);
}

TEST_F(DispatcherTest, what_waits_is_bounded_too)
{
    start();
    Dispatcher::Options serving;
    serving.queues = {"q"};
    serving.capacity = 2;
    serving.attempts_max = 3;
    ASSERT_TRUE(testing::await(loop, engine->serve(serving, executor)));
    const Submitted submitted = submit({"wait 1", "wait 2", "wait 3", "wait 4"});

    turn_until(loop, [&] { return executor.holding() == 3; });
    ASSERT_TRUE(db(Cancel{target(submitted, 0)}));
    turn_until(loop, [&] { return executor.started.size() == 4; });
    EXPECT_EQ(executor.holding(), 3u);
}

TEST_F(DispatcherTest, one_queue_leaves_the_last_places_to_others)
{
    start();
    Dispatcher::Options serving;
    serving.queues = {"a", "b"};
    serving.capacity = 16;
    serving.claim_max = 1;
    serving.queue_max = 16;
    ASSERT_TRUE(testing::await(loop, engine->serve(serving, executor)));
    Submit crowd;
    crowd.run.kind = RunKind::execution;
    crowd.run.queues = {"a"};
    for (int i = 0; i < 20; ++i)
        crowd.tasks.push_back(named("hold"));
    ASSERT_TRUE(db(crowd));
    turn_until(loop, [&] { return executor.holding() == 15; });

    Submit other;
    other.run.kind = RunKind::execution;
    other.run.queues = {"b"};
    other.tasks = {named("ok")};
    EXPECT_EQ(finish(db(other)->run), RunState::succeeded);
    EXPECT_EQ(executor.holding(), 15u);
}

TEST_F(DispatcherTest, a_chain_runs_to_its_end)
{
    serve(4);
    std::vector<std::string> names;
    std::vector<GraphLink> links;
    for (std::uint32_t i = 0; i < 50; ++i) {
        names.push_back("ok " + std::to_string(i));
        if (i > 0)
            links.push_back({i - 1, i});
    }
    EXPECT_EQ(finish(submit(names, links).run), RunState::succeeded);
    EXPECT_EQ(executor.started, names);
}

TEST_F(DispatcherTest, a_submission_that_it_expects_is_claimed_in_the_same_group)
{
    Dispatcher& dispatcher = serve(4);
    settle();
    const int before = db.gate().groups();

    submit_to(dispatcher, run_of({"hold 1", "hold 2"}));
    turn_until(loop, [&] { return executor.holding() == 2; });

    EXPECT_EQ(db.gate().groups() - before, 1);
}

TEST_F(DispatcherTest, a_chain_takes_one_group_for_each_link_and_one_more)
{
    Dispatcher& dispatcher = serve(4);
    settle();
    const int before = db.gate().groups();

    submit_to(dispatcher, run_of({"ok 1", "ok 2", "hold 3"}, {{0, 1}, {1, 2}}));
    turn_until(loop, [&] { return executor.holding() == 1; });

    EXPECT_EQ(db.gate().groups() - before, 3);
}

TEST_F(DispatcherTest, what_ends_while_a_claim_is_written_is_claimed_after_with_its_report)
{
    serve(4);
    submit({"hold a", "hold b"}, {{0, 1}});
    submit({"hold c", "hold d"}, {{0, 1}});
    turn_until(loop, [&] { return executor.holding() == 2; });
    settle();
    const int before = db.gate().groups();

    db.gate().close_at(1);
    executor.let_go(); // a, and its report and the claim for b get no further
    turn_until(loop, [&] { return db.gate().is_reached(); });
    executor.let_go(); // c
    while (loop.poll() > 0) {
    }
    db.gate().open();
    turn_until(loop, [&] { return executor.started.size() == 4; });

    EXPECT_EQ(db.gate().groups() - before, 2);
}

TEST_F(DispatcherTest, serves_other_queues_from_one_moment_to_the_next)
{
    Dispatcher& dispatcher = serve(4);
    settle();
    Submit request = run_of({"ok"});
    request.run.queues = {"later"};
    const Submitted submitted = db(request).value();
    settle();
    EXPECT_EQ(task(submitted.tasks[0]).state, TaskState::pending);

    dispatcher.serve({"later"});
    EXPECT_EQ(finish(submitted.run), RunState::succeeded);
    const Submitted other = submit({"ok"});
    settle();
    EXPECT_EQ(task(other.tasks[0]).state, TaskState::pending);
}

TEST_F(DispatcherTest, tells_how_the_parents_have_ended_when_it_is_to)
{
    start();
    Dispatcher::Options serving;
    serving.queues = {"q"};
    serving.capacity = 4;
    serving.parents = Claim::Parents::told;
    ASSERT_TRUE(testing::await(loop, engine->serve(serving, executor)));
    Submit request = run_of({"ok parent", "ok child"}, {{0, 1, LinkCondition::not_failed}});
    request.tasks[1].parents.dependencies = {0};
    const Submitted submitted = db(request).value();

    EXPECT_EQ(finish(submitted.run), RunState::succeeded);
    EXPECT_EQ(executor.told_parents["ok child"], std::vector<TaskId>{submitted.tasks[0]});
}

TEST_F(DispatcherTest, a_task_whose_rule_says_no_is_skipped_with_the_reason)
{
    executor.outcomes["ruled"].kind = Outcome::Kind::skipped;
    executor.outcomes["ruled"].error = "the rule does not hold: no";
    serve(1);
    const Submitted submitted = submit({"ruled"});
    finish(submitted.run);

    EXPECT_EQ(task(submitted.tasks[0]).state, TaskState::skipped);
    EXPECT_EQ(task(submitted.tasks[0]).done->error, "the rule does not hold: no");
}

TEST_F(DispatcherTest, a_task_that_nobody_here_knows_comes_again_later_as_the_same_attempt)
{
    executor.outcomes["unknown"].kind = Outcome::Kind::returned;
    executor.outcomes["unknown"].error = "unknown";
    executor.outcomes["unknown"].again_after = 1s;
    serve(1);
    const Submitted submitted = submit({"unknown"});
    turn_until(loop, [&] { return !executor.started.empty(); });
    settle();
    EXPECT_EQ(executor.started.size(), 1u);
    EXPECT_EQ(task(submitted.tasks[0]).place->run_at, clock.wall() + 1s);
    EXPECT_TRUE(attempts(submitted.tasks[0]).empty());

    executor.outcomes.clear();
    clock.advance(1s);
    ASSERT_TRUE(db(Tick{}));
    EXPECT_EQ(finish(submitted.run), RunState::succeeded);
    EXPECT_EQ(task(submitted.tasks[0]).done->attempt, 1);
}

TEST_F(DispatcherTest, a_failure_comes_again_when_its_executor_says)
{
    Outcome& failed = executor.outcomes["flaky"];
    failed.kind = Outcome::Kind::failed;
    failed.error = "refused";
    failed.retry_after = 7s;
    failed.is_transient = true;
    Submit request = run_of({"flaky"});
    request.tasks[0].retry.tries_max = 2;
    request.tasks[0].retry.when = RetryWhen::transient;
    serve(1);
    const Submitted submitted = db(request).value();
    turn_until(loop, [&] { return !executor.started.empty(); });
    settle();

    EXPECT_EQ(task(submitted.tasks[0]).place->run_at, clock.wall() + 7s);
}

TEST_F(DispatcherTest, a_task_that_is_canceled_is_stopped_at_once)
{
    const Dispatcher& dispatcher = serve(1);
    const Submitted submitted = submit({"hold 1", "ok 2"});
    turn_until(loop, [&] { return executor.holding() == 1; });

    ASSERT_TRUE(db(Cancel{target(submitted, 0)}));

    EXPECT_EQ(finish(submitted.run), RunState::succeeded);
    EXPECT_EQ(executor.stopped, 1u);
    EXPECT_EQ(task(submitted.tasks[0]).state, TaskState::canceled);
    EXPECT_EQ(task(submitted.tasks[1]).state, TaskState::succeeded);
    turn_until(loop, [&] { return dispatcher.executing() == 0; });
}

TEST_F(DispatcherTest, a_stop_lets_what_runs_finish_within_its_grace)
{
    serve(2);
    const Submitted submitted = submit({"hold 1"});
    turn_until(loop, [&] { return executor.holding() == 1; });
    bool stopped = false;
    asio::co_spawn(loop, engine->stop(1h), [&](std::exception_ptr) { stopped = true; });
    submit({"ok 2"});
    EXPECT_FALSE(stopped);

    executor.let_go();
    turn_until(loop, [&] { return stopped; });
    engine.reset();

    EXPECT_EQ(task(submitted.tasks[0]).state, TaskState::succeeded);
    EXPECT_EQ(executor.started.size(), 1u) << "nothing new is begun";
}

TEST_F(DispatcherTest, a_stop_hands_back_what_does_not_end_in_time)
{
    serve(2);
    const Submitted submitted = submit({"hold 1", "hold 2"});
    turn_until(loop, [&] { return executor.holding() == 2; });

    stop(0s);

    EXPECT_EQ(executor.stopped, 2u);
    for (const TaskId id : submitted.tasks) {
        EXPECT_EQ(task(id).state, TaskState::pending);
        ASSERT_EQ(attempts(id).size(), 1u);
        EXPECT_EQ(attempts(id)[0].end, AttemptEnd::returned);
        EXPECT_EQ(attempts(id)[0].error, "stopped");
    }
}

TEST_F(DispatcherTest, a_stop_hands_back_at_once_what_only_waits)
{
    serve(2);
    const Submitted submitted = submit({"wait 1", "wait 2"});
    turn_until(loop, [&] { return executor.holding() == 2; });

    stop(1h);

    for (const TaskId id : submitted.tasks)
        EXPECT_EQ(task(id).state, TaskState::pending);
}

TEST_F(DispatcherTest, what_is_claimed_while_it_stops_is_handed_back_unexecuted)
{
    start();
    const Submitted submitted = submit({"hold 1"});
    Dispatcher::Options serving;
    serving.queues = {"q"};
    ASSERT_TRUE(testing::await(loop, engine->serve(serving, executor)));
    db.gate().close_at(1); // the claim gets no further
    turn_until(loop, [&] { return db.gate().is_reached(); });

    bool stopped = false;
    asio::co_spawn(loop, engine->stop(0s), [&](std::exception_ptr) { stopped = true; });
    while (loop.poll_one() > 0) {
    }
    db.gate().open();
    turn_until(loop, [&] { return stopped; });
    engine.reset();

    EXPECT_EQ(task(submitted.tasks[0]).state, TaskState::pending);
    EXPECT_TRUE(executor.started.empty());
}

TEST_F(DispatcherTest, a_task_that_its_executor_cannot_do_goes_back_without_a_try)
{
    start();
    FunctionExecutor functions(loop.get_executor(), 1);
    functions.add("other", FunctionExecutor::Blocking([](const Leased&) { return Outcome{}; }));
    Dispatcher::Options serving;
    serving.queues = {"q"};
    const Submitted submitted = submit({"ok 1"});
    ASSERT_TRUE(testing::await(loop, engine->serve(serving, functions)));

    turn_until(loop, [&] { return !attempts(submitted.tasks[0]).empty(); });
    stop(0s);

    EXPECT_EQ(attempts(submitted.tasks[0])[0].end, AttemptEnd::returned);
    EXPECT_EQ(attempts(submitted.tasks[0])[0].error, "no function for queue 'q' in this process");
    EXPECT_EQ(task(submitted.tasks[0]).state, TaskState::pending);
    EXPECT_EQ(task(submitted.tasks[0]).place->tries, 0);
}

TEST_F(DispatcherTest, functions_of_threads_and_of_the_loop_run)
{
    start();
    FunctionExecutor functions(loop.get_executor(), 2);
    std::atomic<int> calls = 0;
    functions.add("q", FunctionExecutor::Blocking([&calls](const Leased& task) {
                      ++calls;
                      if (task.name == "fail")
                          throw std::runtime_error("on its thread");
                      return Outcome{};
                  }));
    Dispatcher::Options serving;
    serving.queues = {"q"};
    serving.capacity = 8;
    ASSERT_TRUE(testing::await(loop, engine->serve(serving, functions)));
    const Submitted submitted = submit({"a", "fail", "b", "c", "d", "e", "f"});

    EXPECT_EQ(finish(submitted.run), RunState::failed);
    EXPECT_EQ(calls, 7);
    EXPECT_EQ(task(submitted.tasks[1]).done->error, "on its thread");
    stop(0s);
}

TEST_F(DispatcherTest, a_task_with_tries_left_is_tried_again)
{
    serve(1);
    executor.failures_left = {{"ok 1", 2}};
    Submit request;
    request.run.queues = {"q"};
    request.tasks = {named("ok 1")};
    request.tasks[0].retry.tries_max = 3;
    const Submitted submitted = db(request).value();

    EXPECT_EQ(finish(submitted.run), RunState::succeeded);
    EXPECT_EQ(task(submitted.tasks[0]).done->attempt, 3);
}

} // namespace
} // namespace sluice::dispatcher_test
