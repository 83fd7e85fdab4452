// SPDX-License-Identifier: Apache-2.0
// Final tasks live again at a user's wish.
#include "store/contract/contract.h"

namespace sluice::retry_test {

TEST_P(StoreContract, a_failed_task_lives_again_as_a_new_attempt)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run(2));
    const TaskId id = submitted.tasks[0];
    ASSERT_TRUE(fail(claim_one(w), w));
    ASSERT_TRUE(succeed(claim_one(w), w));
    ASSERT_EQ(run_state_of(submitted.run), RunState::failed);

    const Result<Affected> affected = db(RetryTasks{target(submitted.run, {id})});

    ASSERT_TRUE(affected);
    EXPECT_EQ(affected->final, 1);
    EXPECT_EQ(run_state_of(submitted.run), RunState::active);
    EXPECT_EQ(run(submitted.run).row.finished_at, std::nullopt);
    EXPECT_EQ(state(id), TaskState::pending);
    ASSERT_EQ(attempts(id).size(), 1u);
    EXPECT_EQ(attempts(id)[0].error, "it broke");
    const Leased again = claim_one(w);
    EXPECT_EQ(again.task, id);
    EXPECT_EQ(again.attempt, 2);
    EXPECT_EQ(again.tries, 0);
    ASSERT_TRUE(succeed(again, w));
    EXPECT_EQ(run_state_of(submitted.run), RunState::succeeded);
}

TEST_P(StoreContract, a_retried_task_has_all_its_tries_again)
{
    const WorkerId w = worker();
    NewTask task = new_task();
    task.retry.tries_max = 2;
    const Submitted submitted = submit(new_run({task}));
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(fail(claim_one(w), w)->state, TaskState::pending);
        EXPECT_EQ(fail(claim_one(w), w)->state, TaskState::failed);
        ASSERT_TRUE(db(RetryTasks{target(submitted.run, submitted.tasks)}));
    }
    EXPECT_EQ(attempts(submitted.tasks[0]).size(), 6u);
}

TEST_P(StoreContract, live_and_succeeded_tasks_cannot_be_retried)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run(3));
    ASSERT_TRUE(succeed(claim_one(w), w));
    claim_one(w);

    for (const TaskId id : submitted.tasks)
        EXPECT_EQ(db(RetryTasks{target(submitted.run, {id})}).error().code, Errc::conflict);
    EXPECT_FALSE(db(RetryTasks{target(submitted.run)}));
}

TEST_P(StoreContract, what_failed_because_of_a_retried_task_waits_for_it_again)
{
    const WorkerId w = worker();
    const Submitted submitted =
        submit(new_run(4, {{0, 1}, {1, 2}, {0, 3, LinkCondition::on_success, Unmet::skip}}));
    ASSERT_TRUE(fail(claim_one(w), w));
    ASSERT_EQ(
        states(submitted.tasks),
        (std::vector<TaskState>{
            TaskState::failed, TaskState::failed, TaskState::failed, TaskState::skipped})
    );

    const Result<Affected> affected = db(RetryTasks{target(submitted.run, {submitted.tasks[0]})});

    EXPECT_EQ(affected->final, 4);
    EXPECT_EQ(
        states(submitted.tasks),
        (std::vector<TaskState>{
            TaskState::pending, TaskState::waiting, TaskState::waiting, TaskState::waiting})
    );
    EXPECT_EQ(drain(w), 4u);
    EXPECT_EQ(run_state_of(submitted.run), RunState::succeeded);
}

TEST_P(StoreContract, a_retried_parent_that_fails_again_takes_its_children_along_again)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run(2, {{0, 1}}));
    for (int round = 1; round <= 3; ++round) {
        EXPECT_EQ(claim(w).at(0).attempt, round);
        Finish report;
        report.task = submitted.tasks[0];
        report.run = submitted.run;
        report.failure = FailureKind::reported;
        ASSERT_TRUE(db(report));
        EXPECT_EQ(state(submitted.tasks[1]), TaskState::failed);
        EXPECT_EQ(db(RetryTasks{target(submitted.run, {submitted.tasks[0]})})->final, 2) << round;
    }
    EXPECT_EQ(drain(w), 2u);
}

TEST_P(StoreContract, a_child_that_ran_once_before_follows_its_parent_again)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run(2, {{0, 1}}));
    ASSERT_TRUE(succeed(claim_one(w), w));
    ASSERT_TRUE(fail(claim_one(w), w)); // the child ran: attempt 1
    // Nothing lives again without the user's wish, and a succeeded parent never does.
    EXPECT_EQ(db(RetryTasks{target(submitted.run, {submitted.tasks[1]})})->final, 1);
    EXPECT_EQ(claim_one(w).attempt, 2);
}

TEST_P(StoreContract, a_child_that_failed_because_of_another_parent_too_stays_failed)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run(4, {{0, 2}, {1, 2}, {2, 3}}));
    for (const Leased& parent : claim(w))
        ASSERT_TRUE(fail(parent, w));
    ASSERT_EQ(state(submitted.tasks[2]), TaskState::failed);

    EXPECT_EQ(db(RetryTasks{target(submitted.run, {submitted.tasks[0]})})->final, 1);

    EXPECT_EQ(state(submitted.tasks[2]), TaskState::failed);
    EXPECT_EQ(state(submitted.tasks[3]), TaskState::failed);
    EXPECT_EQ(drain(w), 1u);
    EXPECT_EQ(run_state_of(submitted.run), RunState::failed);

    EXPECT_EQ(db(RetryTasks{target(submitted.run, {submitted.tasks[1]})})->final, 3);
    EXPECT_EQ(drain(w), 3u);
    EXPECT_EQ(run_state_of(submitted.run), RunState::succeeded);
}

TEST_P(StoreContract, both_failed_parents_retried_together_bring_their_child_back)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run(3, {{0, 2}, {1, 2}}));
    for (const Leased& parent : claim(w))
        ASSERT_TRUE(fail(parent, w));

    EXPECT_EQ(
        db(RetryTasks{target(submitted.run, {submitted.tasks[0], submitted.tasks[1]})})->final, 3
    );
    EXPECT_EQ(drain(w), 3u);
    EXPECT_EQ(run_state_of(submitted.run), RunState::succeeded);
}

TEST_P(StoreContract, a_child_cannot_be_retried_while_its_parent_has_failed)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run(2, {{0, 1}}));
    ASSERT_TRUE(fail(claim_one(w), w));

    const Result<Affected> affected = db(RetryTasks{target(submitted.run, {submitted.tasks[1]})});

    ASSERT_FALSE(affected);
    EXPECT_EQ(affected.error().code, Errc::conflict);
    EXPECT_TRUE(claim(w).empty());
}

TEST_P(StoreContract, a_child_that_still_waits_for_others_waits_for_a_retried_parent_too)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run(3, {{0, 2, LinkCondition::always}, {1, 2}}));
    const std::vector<Leased> parents = claim(w);
    ASSERT_TRUE(fail(parents[0], w));
    ASSERT_TRUE(db(RetryTasks{target(submitted.run, {submitted.tasks[0]})}));
    EXPECT_EQ(violations(), "");

    const Leased again = claim_one(w);
    ASSERT_TRUE(succeed(again, w));
    EXPECT_EQ(state(submitted.tasks[2]), TaskState::waiting) << "its other parent still runs";
    ASSERT_TRUE(succeed(parents[1], w));
    EXPECT_EQ(drain(w), 1u);
    EXPECT_EQ(run_state_of(submitted.run), RunState::succeeded);
}

TEST_P(StoreContract, a_child_that_started_already_does_not_wait_for_a_retried_parent)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run(2, {{0, 1, LinkCondition::always}}));
    ASSERT_TRUE(fail(claim_one(w), w));
    const Leased child = claim_one(w);
    ASSERT_TRUE(db(RetryTasks{target(submitted.run, {submitted.tasks[0]})}));

    ASSERT_TRUE(succeed(claim_one(w), w));
    ASSERT_TRUE(succeed(child, w));
    EXPECT_EQ(run_state_of(submitted.run), RunState::succeeded);
}

TEST_P(StoreContract, canceled_and_skipped_tasks_live_again)
{
    const WorkerId w = worker();
    const Submitted submitted =
        submit(new_run(3, {{0, 1, LinkCondition::on_failure, Unmet::skip}}));
    ASSERT_TRUE(db(Cancel{target(submitted.run)}));
    const Result<Affected> affected =
        db(RetryTasks{target(submitted.run, {submitted.tasks[0], submitted.tasks[2]})});

    EXPECT_EQ(affected->final, 2);
    EXPECT_EQ(run_state_of(submitted.run), RunState::active);
    EXPECT_EQ(drain(w), 2u);
    EXPECT_EQ(run(submitted.run).row.counts, (RunCounts{3, 2, 0, 1, 0}));
    EXPECT_EQ(run_state_of(submitted.run), RunState::succeeded);
}

TEST_P(StoreContract, a_run_that_ran_out_of_time_has_none_after_a_retry)
{
    const WorkerId w = worker();
    Submit request = new_run(1);
    request.run.timeout = 10s;
    const Submitted submitted = submit(request);
    clock.advance(10s);
    ASSERT_EQ(db(Expire{}).value(), 1u);

    ASSERT_TRUE(db(RetryTasks{target(submitted.run, submitted.tasks)}));
    clock.advance(10s);

    EXPECT_EQ(db(Expire{}).value(), 0u);
    EXPECT_EQ(drain(w), 1u);
    EXPECT_EQ(run_state_of(submitted.run), RunState::succeeded);
}

TEST_P(StoreContract, a_retry_of_several_leaves_alone_what_does_not_fit)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run(3));
    ASSERT_TRUE(fail(claim_one(w), w));
    ASSERT_TRUE(succeed(claim_one(w), w));

    EXPECT_EQ(db(RetryTasks{target(submitted.run, submitted.tasks)})->final, 1);
    EXPECT_EQ(drain(w), 2u);
}

} // namespace sluice::retry_test
