// SPDX-License-Identifier: Apache-2.0
#include "workflows/body_executor.h"

#include "base/uid.h"
#include "workflows/body_outcome.h"
#include "workflows/body_testing.h"

#include <algorithm>
#include <stdexcept>
#include <thread>

namespace sluice::body_executor_test {
namespace {

using namespace std::chrono_literals;
using testing::AttemptPtr;
using testing::BodyTest;
using testing::done;
using testing::failed;
using testing::Latch;
using testing::turn_until;

class BodyExecutorTest : public BodyTest {
protected:
    // Of a workflow of one task.
    DoneRow end_of_one(testing::ScriptedBody::Begin begin)
    {
        add("a", std::move(begin));
        return end_of(perform().tasks[0]);
    }

    // The time of all attempts runs out.
    void expire()
    {
        clock.advance(task_timeout + 1us);
        ASSERT_TRUE(db(Expire{}));
    }

    std::size_t taken(const Dispatcher& dispatcher) const { return dispatcher.executing(); }
};

TEST_F(BodyExecutorTest, a_body_is_told_of_its_attempt)
{
    BodyFacts facts;
    bool was_slot_held = false;
    bool was_current = false;
    add("a", [&](const AttemptPtr& attempt) {
        facts = attempt->facts();
        was_slot_held = attempt->is_slot_held();
        was_current = BodyAttempt::current() == attempt.get();
        attempt->end(done());
    });
    limits.context_bytes_max = 4096;
    const Submitted submitted = perform(R"({"n":1})");

    const Uid uid = db.store().uid(UidKind::run, submitted.created_at, submitted.run.value);
    EXPECT_EQ(facts.run_id, format_uid(uid));
    EXPECT_EQ(facts.task_id, "a");
    EXPECT_EQ(facts.workflow, "public::embedded::etl");
    EXPECT_EQ(facts.attempt, 1);
    EXPECT_EQ(facts.input, R"({"n":1})");
    EXPECT_EQ(facts.context_bytes_max, 4096u);
    EXPECT_TRUE(was_slot_held);
    EXPECT_TRUE(was_current);
    EXPECT_EQ(BodyAttempt::current(), nullptr) << "of a thread without a body";
}

TEST_F(BodyExecutorTest, the_output_of_a_body_is_the_result_of_its_task)
{
    const DoneRow end =
        end_of_one([](const AttemptPtr& attempt) { attempt->end(done(R"({"x":2})")); });
    EXPECT_EQ(end.outcome, TaskState::succeeded);
    EXPECT_EQ(end.result, R"({"x":2})");
}

TEST_F(BodyExecutorTest, the_first_end_counts)
{
    const DoneRow end = end_of_one([](const AttemptPtr& attempt) {
        attempt->end(done(R"({"x":1})"));
        attempt->end(failed("too late"));
        EXPECT_TRUE(attempt->is_stopped());
        throw std::runtime_error("too late, too");
    });
    EXPECT_EQ(end.result, R"({"x":1})");
}

TEST_F(BodyExecutorTest, a_body_may_end_its_attempt_from_another_thread_after_it_has_returned)
{
    Latch returned;
    std::thread other;
    add("a", [&](const AttemptPtr& attempt) {
        other = std::thread([returned, attempt] {
            returned.wait();
            attempt->end(done(R"({"x":3})"));
        });
    });
    serve_bodies(1);
    const Submitted submitted = run();
    await_begun("a");
    while (threads.busy() > 0)
        std::this_thread::yield();
    returned.open();
    finish(submitted.run);
    other.join();
    EXPECT_EQ(end_of(submitted.tasks[0]).result, R"({"x":3})");
}

TEST_F(BodyExecutorTest, what_a_body_throws_is_a_failed_attempt)
{
    add("error", [](const AttemptPtr&) { throw std::runtime_error("no such file"); });
    add("silent", [](const AttemptPtr&) { throw std::runtime_error(""); });
    add("number", [](const AttemptPtr&) { throw 5; });
    for (WorkflowTask& task : tasks)
        task.retry.tries_max = 1;
    const Submitted submitted = perform();
    const auto error = [&](std::size_t i) { return end_of(submitted.tasks[i]).error; };
    EXPECT_EQ(error(0), "no such file");
    EXPECT_EQ(error(1), "an exception without a message");
    EXPECT_EQ(error(2), "an exception of unknown type");
}

TEST_F(BodyExecutorTest, the_text_of_an_error_is_made_printable_and_cut)
{
    const std::string text = "\x1b[31m" + std::string(error_bytes_max - 6, 'x') + "\u00e9 and more";
    add("a", [&](const AttemptPtr& attempt) { attempt->end(failed(text)); });
    tasks[0].retry.tries_max = 1;
    const std::string error = end_of(perform().tasks[0]).error;
    EXPECT_EQ(error, R"(\x1b[31m)" + std::string(error_bytes_max - 6, 'x'));
}

TEST_F(BodyExecutorTest, a_body_says_when_it_is_to_be_tried_again)
{
    add("a", [](const AttemptPtr& attempt) {
        BodyEnd end = failed("busy");
        end.retry_after = 90s;
        attempt->end(end);
    });
    serve_bodies(1);
    const TaskId id = run().tasks[0];
    turn_until(loop, [&] { return task(id).place && task(id).place->run_at > Time{}; });
    EXPECT_EQ(task(id).place->run_at, clock.wall() + 90s);
}

TEST_F(BodyExecutorTest, a_failure_that_goes_by_itself_is_tried_again_where_others_are_not)
{
    for (const bool is_transient : {true, false}) {
        const std::string id = is_transient ? "goes by" : "stays";
        add(id, [is_transient](const AttemptPtr& attempt) {
            BodyEnd end = failed("code 17");
            end.is_transient = is_transient;
            attempt->end(attempt->facts().attempt == 1 ? end : done());
        });
        tasks.back().retry.when = RetryWhen::transient;
        tasks.back().retry.delay_initial = Micros{0};
    }
    const Submitted submitted = perform();
    EXPECT_EQ(end_of(submitted.tasks[0]).outcome, TaskState::succeeded);
    EXPECT_EQ(end_of(submitted.tasks[1]).outcome, TaskState::failed);
}

TEST_F(BodyExecutorTest, an_output_of_the_largest_size_is_good_and_one_byte_more_is_a_failure)
{
    limits.context_bytes_max = 1024;
    const auto body_of = [](std::size_t bytes) {
        return [bytes](const AttemptPtr& attempt) {
            attempt->end(done(R"({"x":")" + std::string(bytes - 8, 'y') + R"("})"));
        };
    };
    add("good", body_of(1024));
    add("large", body_of(1025));
    tasks[1].retry.tries_max = 1;
    const Submitted submitted = perform();
    EXPECT_EQ(end_of(submitted.tasks[0]).result.size(), 1024u);
    EXPECT_EQ(
        end_of(submitted.tasks[1]).error,
        "the context of task 'large' has 1,025 bytes; 1,024 are allowed"
    );
}

TEST_F(BodyExecutorTest, works_of_one_attempt_run_one_after_the_other_without_keeping_a_thread)
{
    std::vector<int> order; // without a lock
    Latch returned;
    add("a", [&](const AttemptPtr& attempt) {
        std::thread([&order, returned, attempt] {
            returned.wait();
            for (int i = 0; i < 100; ++i)
                attempt->post([&order, i, attempt] {
                    EXPECT_EQ(BodyAttempt::current(), attempt.get());
                    order.push_back(i);
                });
            attempt->post([attempt] { attempt->end(done()); });
        }).detach();
    });
    serve_bodies(1);
    const Submitted submitted = run();
    await_begun("a");
    while (threads.busy() > 0)
        std::this_thread::yield();
    returned.open();
    finish(submitted.run);
    ASSERT_EQ(order.size(), 100u);
    EXPECT_TRUE(std::ranges::is_sorted(order));
}

TEST_F(BodyExecutorTest, a_work_that_throws_fails_the_attempt)
{
    add("a", [](const AttemptPtr& attempt) {
        attempt->post([] { throw std::runtime_error("after a while"); });
    });
    tasks[0].retry.tries_max = 1;
    EXPECT_EQ(end_of(perform().tasks[0]).error, "after a while");
}

TEST_F(BodyExecutorTest, a_work_may_come_after_some_time)
{
    const DoneRow end = end_of_one([](const AttemptPtr& attempt) {
        attempt->post_after(1h, [attempt] { attempt->end(failed("too early")); });
        attempt->post_after(1ms, [attempt] { attempt->end(done(R"({"x":4})")); });
    });
    EXPECT_EQ(end.result, R"({"x":4})");
}

TEST_F(BodyExecutorTest, a_rule_that_does_not_hold_skips_the_task_with_the_reason)
{
    add("a", [](const AttemptPtr& attempt) { attempt->end(done()); });
    WorkflowTask ruled = sluice::task("b", {"a"});
    ruled.rule = condition(RuleForm::task_failed, "a");
    add(ruled, [](const AttemptPtr& attempt) { attempt->end(done()); });
    const DoneRow end = end_of(perform().tasks[1]);
    EXPECT_EQ(end.outcome, TaskState::skipped);
    EXPECT_EQ(end.error, "the rule does not hold: task_failed(a) is false (succeeded)");
    EXPECT_TRUE(body["b"]->inputs().empty());
}

TEST_F(BodyExecutorTest, a_task_that_nobody_here_knows_comes_back_later_and_later)
{
    add("a", [](const AttemptPtr& attempt) { attempt->end(done()); });
    add("new", [](const AttemptPtr& attempt) { attempt->end(done()); });
    const KnownWorkflowPtr newer = known();
    tasks.pop_back();
    serve_bodies(1);
    const TaskId id =
        db(newer->submission->make(WorkflowId{7}, "", 1h)).value().tasks[1]; // of another version
    for (const auto pause : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
        const Time due = clock.wall() + pause;
        turn_until(loop, [&] { return task(id).place && task(id).place->run_at == due; });
        EXPECT_EQ(task(id).place->attempt, 0) << "it was none";
        EXPECT_TRUE(attempts(id).empty());
        clock.advance(pause);
        ASSERT_TRUE(db(Tick{}));
    }
}

TEST_F(BodyExecutorTest, an_attempt_whose_inputs_cannot_be_read_comes_back_later)
{
    add("a", [](const AttemptPtr& attempt) { attempt->end(done(R"({"x":1})")); });
    add(sluice::task("b", {"a"}), [](const AttemptPtr& attempt) { attempt->end(done()); });
    Leased task;
    task.queue = std::make_shared<const std::string>("workflow/public::embedded::etl");
    task.name = "b";
    task.task = TaskId{2};
    task.run = RunId{99}; // of which there is none
    serve_bodies(1);
    Stop stop;
    const Outcome outcome = testing::await(loop, bodies->execute(task, stop));
    EXPECT_EQ(outcome.kind, Outcome::Kind::returned);
    EXPECT_EQ(outcome.again_after, 1s);
}

TEST_F(BodyExecutorTest, a_body_that_blocks_past_its_timeout_keeps_its_place_until_it_returns)
{
    Latch go;
    std::atomic<bool> saw_stop = false;
    add("slow", [&, go](const AttemptPtr& attempt) {
        go.wait();
        if (attempt->is_stopped())
            saw_stop = true;
        attempt->end(done(R"({"late":true})"));
    });
    tasks[0].retry.tries_max = 1;
    Dispatcher& dispatcher = serve_bodies(1);
    const Submitted submitted = run();
    await_begun("slow");
    expire();

    turn_until(loop, [&] { return !body["slow"]->timeouts().empty(); });
    EXPECT_EQ(body["slow"]->timeouts(), std::vector<std::string>{"slow: Timeout"});
    EXPECT_EQ(bodies->load().overdue, 1u);
    EXPECT_EQ(bodies->load().running, 0u);
    const Submitted next = run();
    loop.restart();
    loop.poll();
    EXPECT_EQ(taken(dispatcher), 1u);
    EXPECT_EQ(body["slow"]->inputs().size(), 1u) << "there is no place for another one";

    go.open();
    finish(next.run);
    EXPECT_TRUE(saw_stop);
    EXPECT_EQ(bodies->load().overdue, 0u);
    EXPECT_EQ(end_of(submitted.tasks[0]).error, "Timeout") << "the late result is refused";
    EXPECT_EQ(end_of(submitted.tasks[0]).result, "");
    EXPECT_EQ(body["slow"]->timeouts().size(), 1u);
}

TEST_F(BodyExecutorTest, a_timeout_with_tries_left_is_told_once)
{
    std::atomic<int> begun = 0;
    add("a", [&](const AttemptPtr& attempt) {
        if (++begun == 1)
            attempt->sleep(1h);
        attempt->end(done());
    });
    tasks[0].retry.delay_initial = Micros{0};
    serve_bodies(1);
    const Submitted submitted = run();
    await_begun("a");
    expire();
    finish(submitted.run);
    callbacks.close();
    EXPECT_EQ(body["a"]->timeouts(), std::vector<std::string>{"a: Timeout"});
    EXPECT_EQ(end_of(submitted.tasks[0]).attempt, 2);
}

TEST_F(BodyExecutorTest, a_canceled_body_wakes_and_has_not_timed_out)
{
    std::atomic<int> slept = -1;
    add("a", [&](const AttemptPtr& attempt) {
        slept = attempt->sleep(1h) ? 1 : 0;
        attempt->end(failed("stopped"));
    });
    Dispatcher& dispatcher = serve_bodies(1);
    const Submitted submitted = run();
    await_begun("a");
    cancel(submitted);
    turn_until(loop, [&] { return taken(dispatcher) == 0; });
    EXPECT_EQ(slept, 0);
    callbacks.close();
    EXPECT_TRUE(body["a"]->timeouts().empty());
    EXPECT_EQ(task(submitted.tasks[0]).state, TaskState::canceled);
}

TEST_F(BodyExecutorTest, a_body_without_a_thread_hears_of_the_stop_once)
{
    std::atomic<int> heard = 0;
    add("a", [&](const AttemptPtr& attempt) {
        attempt->on_stop([] { FAIL() << "it was replaced"; });
        attempt->on_stop([&heard, attempt] {
            ++heard;
            attempt->on_stop([&heard, attempt] { // at once
                ++heard;
                attempt->end(done());
            });
        });
    });
    Dispatcher& dispatcher = serve_bodies(1);
    const Submitted submitted = run();
    await_begun("a");
    cancel(submitted);
    turn_until(loop, [&] { return taken(dispatcher) == 0; });
    EXPECT_EQ(heard, 2);
}

TEST_F(BodyExecutorTest, what_was_to_come_later_comes_at_the_stop)
{
    add("a", [](const AttemptPtr& attempt) {
        attempt->post_after(1h, [attempt] { attempt->end(failed("stopped")); });
    });
    Dispatcher& dispatcher = serve_bodies(1);
    const Submitted submitted = run();
    await_begun("a");
    cancel(submitted);
    turn_until(loop, [&] { return taken(dispatcher) == 0; });
    EXPECT_TRUE(attempts(submitted.tasks[0]).empty());
}

TEST_F(BodyExecutorTest, a_body_has_the_grace_of_a_shutdown)
{
    Latch go;
    add("a", [&, go](const AttemptPtr& attempt) {
        go.wait();
        attempt->end(done());
    });
    serve_bodies(1);
    const Submitted submitted = run();
    await_begun("a");
    engine->close();
    asio::post(loop, [&] { go.open(); });
    shut_down(1min);
    EXPECT_EQ(end_of(submitted.tasks[0]).outcome, TaskState::succeeded);
}

TEST_F(BodyExecutorTest, a_body_that_stops_when_it_is_told_is_handed_back_at_a_shutdown)
{
    limits.stop_patience = 1min;
    add("a", [&](const AttemptPtr& attempt) {
        attempt->sleep(1h);
        attempt->end(failed("stopped"));
    });
    serve_bodies(1);
    const Submitted submitted = run();
    await_begun("a");
    shut_down();
    EXPECT_EQ(bodies->load().overdue, 0u);
    EXPECT_EQ(task(submitted.tasks[0]).state, TaskState::pending);
    EXPECT_EQ(attempts(submitted.tasks[0]).at(0).end, AttemptEnd::returned);
}

TEST_F(BodyExecutorTest, a_body_that_blocks_on_is_handed_back_and_left_to_its_thread)
{
    limits.stop_patience = 0us;
    Latch go;
    add("a", [&, go](const AttemptPtr& attempt) {
        go.wait();
        attempt->end(done());
    });
    serve_bodies(1);
    const Submitted submitted = run();
    await_begun("a");
    shut_down();
    EXPECT_EQ(bodies->load().overdue, 1u);
    EXPECT_EQ(task(submitted.tasks[0]).state, TaskState::pending);
    go.open();
    EXPECT_EQ(threads.close(1min), 0u);
    EXPECT_EQ(bodies->load().overdue, 0u);
}

TEST_F(BodyExecutorTest, an_overdue_body_does_not_hold_up_a_shutdown)
{
    limits.stop_patience = 0us;
    Latch go;
    add("a", [&, go](const AttemptPtr& attempt) {
        go.wait();
        attempt->end(done());
    });
    tasks[0].retry.tries_max = 1;
    serve_bodies(1);
    const Submitted submitted = run();
    await_begun("a");
    expire();
    turn_until(loop, [&] { return bodies->load().overdue == 1; });
    shut_down();
    EXPECT_EQ(end_of(submitted.tasks[0]).error, "Timeout");
    go.open();
}

TEST_F(BodyExecutorTest, a_body_may_outlive_its_executor)
{
    limits.stop_patience = 0us;
    Latch go;
    std::atomic<int> answers = 0;
    add("a", [&, go](const AttemptPtr& attempt) {
        go.wait();
        answers += attempt->is_stopped() ? 1 : 0;
        answers += attempt->sleep(1h) ? 0 : 1;
        attempt->give_slot_back();
        answers += attempt->take_slot() ? 0 : 1;
        attempt->post([] {});
        attempt->post_after(1h, [] {});
        attempt->post_with_slot([] {});
        attempt->end(done());
    });
    serve_bodies(1);
    run();
    await_begun("a");
    shut_down();
    bodies.reset();
    go.open();
    EXPECT_EQ(threads.close(1min), 0u);
    EXPECT_EQ(answers, 3);
}

TEST_F(BodyExecutorTest, what_waits_for_a_thread_is_given_back_when_it_is_stopped)
{
    Latch go;
    add("a", [&](const AttemptPtr& attempt) { attempt->end(done()); });
    for (int i = 0; i < 200; ++i)
        ASSERT_TRUE(threads.post([go] { go.wait(); }));
    Dispatcher& dispatcher = serve_bodies(1);
    const Submitted submitted = run();
    turn_until(loop, [&] { return bodies->load().running == 1; });
    cancel(submitted);
    turn_until(loop, [&] { return taken(dispatcher) == 0; });
    go.open();
    threads.close(1min);
    EXPECT_TRUE(body["a"]->inputs().empty());
}

} // namespace
} // namespace sluice::body_executor_test
