// SPDX-License-Identifier: Apache-2.0
// Tasks of the service that live again.
#include "store/contract/service_contract.h"

namespace sluice::task_retry_test {

class TaskRetry : public ServiceContract {
protected:
    using States = std::vector<TaskState>;

    static constexpr TaskState W = TaskState::waiting;
    static constexpr TaskState P = TaskState::pending;
    static constexpr TaskState F = TaskState::failed;
    static constexpr TaskState C = TaskState::canceled;

    Submitted graph(std::size_t count, std::vector<GraphLink> links)
    {
        return submit(new_batch(std::vector<NewTask>(count, service_task()), std::move(links)));
    }

    Result<Affected> retry(const Submitted& batch, std::size_t task)
    {
        return db(RetryTasks{target(batch.run, {batch.tasks[task]})});
    }

    void hide(const Submitted& batch, std::size_t task, bool hidden = true)
    {
        ASSERT_TRUE(db(HideTask{batch.tasks[task], batch.run, hidden, "me"}));
    }

    void schedule(const Submitted& batch, std::size_t task, Micros in)
    {
        UpdateTask update;
        update.run = batch.run;
        update.task = batch.tasks[task];
        update.scheduled_at = db.store().clock().now() + in;
        ASSERT_TRUE(db(update));
    }

    void expect_only_in_an_hour(TaskId task)
    {
        clock.advance(59min);
        db(Tick{}).value();
        EXPECT_TRUE(claim(w).empty());
        clock.advance(1min);
        db(Tick{}).value();
        const std::vector<Leased> due = claim(w);
        ASSERT_EQ(due.size(), 1u);
        EXPECT_EQ(due[0].task, task);
    }

    const WorkerId w = worker(10h);
};

TEST_P(TaskRetry, is_not_for_deleted_tasks)
{
    const Submitted batch = graph(1, {});
    ASSERT_TRUE(db(Cancel{target(batch.run, batch.tasks)}));
    hide(batch, 0);

    EXPECT_EQ(retry(batch, 0).error().code, Errc::conflict);
    EXPECT_EQ(state(batch.tasks[0]), C);

    hide(batch, 0, false);
    EXPECT_TRUE(retry(batch, 0));
    EXPECT_EQ(state(batch.tasks[0]), P);
}

TEST_P(TaskRetry, leaves_deleted_descendants_and_what_hangs_on_them)
{
    const Submitted batch = graph(4, {{0, 1}, {1, 2}, {0, 3}});
    ASSERT_TRUE(fail(claim_one(w), w));
    hide(batch, 1);

    EXPECT_EQ(retry(batch, 0)->final, 2);

    EXPECT_EQ(states(batch.tasks), (States{P, F, F, W}));
}

TEST_P(TaskRetry, keeps_the_time_of_a_scheduled_task)
{
    const Submitted batch = graph(1, {});
    schedule(batch, 0, 1h);
    ASSERT_TRUE(db(Cancel{target(batch.run, batch.tasks)}));
    ASSERT_TRUE(retry(batch, 0));

    expect_only_in_an_hour(batch.tasks[0]);
}

TEST_P(TaskRetry, keeps_the_time_of_a_scheduled_descendant)
{
    const Submitted batch = graph(2, {{0, 1}});
    schedule(batch, 1, 1h);
    ASSERT_TRUE(fail(claim_one(w), w));
    ASSERT_TRUE(retry(batch, 0));
    ASSERT_TRUE(succeed(claim_one(w), w));

    expect_only_in_an_hour(batch.tasks[1]);
}

TEST_P(TaskRetry, of_a_failed_attempt_waits_for_a_time_that_was_set_meanwhile)
{
    NewTask task = service_task();
    task.retry.tries_max = 2;
    const Submitted batch = submit(new_batch({task}));
    const Leased leased = claim_one(w);
    schedule(batch, 0, 1h);
    const Result<Finished> failed = fail(leased, w);
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->state, P);

    expect_only_in_an_hour(batch.tasks[0]);
}

TEST_P(TaskRetry, of_an_attempt_that_was_given_back_waits_for_such_a_time_too)
{
    const Submitted batch = graph(1, {});
    const Leased leased = claim_one(w);
    schedule(batch, 0, 1h);
    ASSERT_TRUE(db(giving_back(leased, w)));

    expect_only_in_an_hour(batch.tasks[0]);
}

TEST_P(TaskRetry, brings_back_parents_that_were_dead_ends_because_of_it)
{
    const Submitted batch = graph(3, {{0, 1, LinkCondition::always}, {0, 2}, {1, 2}});
    ASSERT_TRUE(fail(claim_one(w), w));
    ASSERT_EQ(states(batch.tasks), (States{F, C, F}));

    EXPECT_EQ(retry(batch, 0)->final, 3);

    EXPECT_EQ(states(batch.tasks), (States{P, W, W}));
    EXPECT_EQ(drain(w), 3u);
    EXPECT_EQ(run_state_of(batch.run), RunState::succeeded);
}

TEST_P(TaskRetry, brings_back_dead_ends_that_do_not_hang_on_it_themselves)
{
    const Submitted batch = graph(4, {{0, 3}, {1, 2}, {2, 3}});
    ASSERT_TRUE(fail(claim(w, 1).at(0), w));
    ASSERT_EQ(states(batch.tasks), (States{F, C, C, F}));

    EXPECT_EQ(retry(batch, 0)->final, 4);

    EXPECT_EQ(states(batch.tasks), (States{P, P, W, W}));
    EXPECT_EQ(drain(w), 4u);
}

TEST_P(TaskRetry, leaves_dead_ends_that_nobody_waits_for_again)
{
    std::vector<NewTask> tasks(4, service_task());
    tasks[1].priority = -5;
    const Submitted batch = submit(new_batch(std::move(tasks), {{0, 2}, {1, 2}, {3, 2}}));
    const std::vector<Leased> leased = claim(w, 2);
    ASSERT_EQ(leased.at(0).task, batch.tasks[0]);
    ASSERT_TRUE(fail(leased[0], w));
    ASSERT_EQ(states(batch.tasks), (States{F, C, F, C})) << "the last one ran";

    EXPECT_EQ(retry(batch, 0)->final, 1) << "the child needs the one that ran, too";

    EXPECT_EQ(states(batch.tasks), (States{P, C, F, C}));
}

INSTANTIATE_TEST_SUITE_P(Dialects, TaskRetry, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::task_retry_test
