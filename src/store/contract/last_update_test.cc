// SPDX-License-Identifier: Apache-2.0
// When a task was last updated, and the clock of inactivity, which counts from the same time.
#include "store/contract/service_contract.h"

namespace sluice::last_update_test {

class LastUpdate : public ServiceContract {
protected:
    // As it is shown.
    Time of(TaskId id)
    {
        const TaskView task = view(id);
        Time last = task.run_created_at;
        if (const std::optional<LeaseRow>& lease = task.task.lease)
            last = std::max({last, lease->claimed_at, lease->started_at.value_or(last)});
        if (task.task.done)
            last = std::max(last, task.task.done->finished_at);
        return task.progress ? std::max(last, task.progress->updated_at) : last;
    }

    std::optional<std::string> reason_of(TaskId id)
    {
        const TaskView task = view(id);
        return task.progress ? task.progress->failure_reason : std::nullopt;
    }

    Leased start(WorkerId by)
    {
        Leased task = claim_for_target(by);
        EXPECT_TRUE(accept(task, by));
        return task;
    }

    void report_failure(const Leased& task, std::string reason)
    {
        UpdateTask update = update_of(task);
        update.end = TaskState::failed;
        update.failure_reason = std::move(reason);
        update.failures = 1;
        EXPECT_TRUE(db(update));
    }

    TaskState state_after(Micros time, TaskId id)
    {
        clock.advance(time);
        db(Expire{}).value();
        return state(id);
    }

    static NewTask tried_twice()
    {
        NewTask task = service_task();
        task.retry.tries_max = 2;
        return task;
    }

    const WorkerId w = worker(10h);
};

TEST_P(LastUpdate, moves_forward_with_all_that_is_done_to_a_task)
{
    const Submitted batch = submit(new_batch({tried_twice()}));
    const TaskId id = batch.tasks[0];
    const Target one = target(batch.run, {id});
    Time before = of(id);
    const auto expect_later = [&](std::string_view what) {
        const Time now = of(id);
        EXPECT_LT(before, now) << what;
        before = now;
        clock.advance(1s);
    };
    clock.advance(1s);
    ASSERT_TRUE(db(Pause{one}));
    expect_later("paused");
    ASSERT_TRUE(db(Resume{one}));
    expect_later("resumed");
    const Leased returned = claim_for_target(w);
    expect_later("claimed");
    ASSERT_TRUE(db(giving_back(returned, w)));
    expect_later("given back");
    const Leased first = start(w);
    expect_later("started");
    ASSERT_TRUE(db(Pause{one}));
    expect_later("paused while it runs");
    ASSERT_TRUE(db(Resume{one}));
    expect_later("runs on");
    EXPECT_EQ(db(SetRules{batch.run, "build", "[]", "me"}).value(), 1u);
    expect_later("has other rules");
    report_failure(first, "broken");
    expect_later("is tried again");
    report_failure(start(w), "broken");
    expect_later("has failed");
    ASSERT_TRUE(db(HideTask{id, batch.run, true, "me"}));
    expect_later("deleted");
    ASSERT_TRUE(db(HideTask{id, batch.run, false, "me"}));
    expect_later("restored");
    ASSERT_TRUE(db(RetryTasks{one}));
    expect_later("lives again");
    ASSERT_TRUE(db(Cancel{one}));
    expect_later("canceled");
}

TEST_P(LastUpdate, moves_when_an_attempt_times_out_or_its_worker_dies)
{
    const Leased task = running(w, tried_twice());
    clock.advance(60s);
    const Time before = of(task.task);
    EXPECT_EQ(db(Expire{}).value(), 1u);
    EXPECT_EQ(state(task.task), TaskState::pending);
    EXPECT_LT(before, of(task.task));

    const WorkerId dying = worker(10s);
    claim_for_target(dying);
    const Time claimed = of(task.task);
    clock.advance(1min);
    EXPECT_EQ(db(Rescue{}).value(), 1u);
    EXPECT_EQ(state(task.task), TaskState::pending);
    EXPECT_LT(claimed, of(task.task));
}

TEST_P(LastUpdate, of_a_report_is_where_the_clock_goes_on_after_a_pause)
{
    const Leased task = running(w); // 60 s
    clock.advance(50s);
    ASSERT_TRUE(db(update_of(task)));
    clock.advance(5s);
    ASSERT_TRUE(db(Pause{target(task.run, {task.task})}));
    clock.advance(2h);
    ASSERT_TRUE(db(Resume{target(task.run, {task.task})}));

    EXPECT_EQ(state_after(54s, task.task), TaskState::running) << "55 s were left";
    EXPECT_EQ(state_after(2s, task.task), TaskState::failed);
}

TEST_P(LastUpdate, of_a_paused_task_gives_it_its_full_time_back)
{
    const Leased task = running(w);
    clock.advance(50s);
    ASSERT_TRUE(db(Pause{target(task.run, {task.task})}));
    clock.advance(1h);
    ASSERT_TRUE(db(update_of(task)));
    clock.advance(1h);
    ASSERT_TRUE(db(Resume{target(task.run, {task.task})}));

    EXPECT_EQ(state_after(59s, task.task), TaskState::running);
    EXPECT_EQ(state_after(2s, task.task), TaskState::failed);
}

TEST_P(LastUpdate, by_a_pause_and_a_resume_gives_no_time)
{
    const Leased task = running(w);
    clock.advance(50s);
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(db(Pause{target(task.run, {task.task})}));
        clock.advance(1s);
        ASSERT_TRUE(db(Resume{target(task.run, {task.task})}));
    }
    EXPECT_EQ(state_after(9s, task.task), TaskState::running);
    EXPECT_EQ(state_after(2s, task.task), TaskState::failed);
}

TEST_P(LastUpdate, by_a_pause_of_a_batch_is_for_each_task_where_its_own_clock_stands)
{
    std::vector<NewTask> tasks(3, service_task());
    tasks[1].timeout = 100s;
    const Submitted batch = submit(new_batch(std::move(tasks)));
    const TaskId first = start(w).task;
    clock.advance(30s);
    const TaskId second = start(w).task;
    clock.advance(20s);
    const TaskId unstarted = claim_for_target(w).task;
    const Time before = of(unstarted);
    ASSERT_TRUE(db(Pause{target(batch.run)}));
    clock.advance(1h);
    ASSERT_TRUE(db(Resume{target(batch.run)}));

    EXPECT_EQ(of(second) - of(first), 30s) << "they show when their clocks began";
    EXPECT_LT(before, of(unstarted));
    EXPECT_EQ(state_after(9s, first), TaskState::running) << "10 s were left";
    EXPECT_EQ(state_after(2s, first), TaskState::failed);
    EXPECT_EQ(state_after(68s, second), TaskState::running) << "80 s were left";
    EXPECT_EQ(state_after(2s, second), TaskState::failed);
}

TEST_P(LastUpdate, of_an_earlier_attempt_leaves_no_reason_behind)
{
    const Leased first = running(w, tried_twice());
    UpdateTask said = update_of(first);
    said.failure_reason = "so far";
    ASSERT_TRUE(db(said));
    EXPECT_EQ(reason_of(first.task), "so far");
    report_failure(first, "first");
    EXPECT_EQ(attempts(first.task).at(0).error, "first");
    EXPECT_EQ(reason_of(first.task), std::nullopt);

    UpdateTask success = update_of(start(w));
    success.end = TaskState::succeeded;
    ASSERT_TRUE(db(success));
    EXPECT_EQ(reason_of(first.task), std::nullopt);
    EXPECT_EQ(view(first.task).progress->failures, 1) << "counts stay";
}

TEST_P(LastUpdate, of_a_task_that_lives_again_leaves_no_reason_behind)
{
    const Leased task = running(w);
    UpdateTask said = update_of(task);
    said.failure_reason = "so far";
    ASSERT_TRUE(db(said));
    ASSERT_TRUE(db(Cancel{target(task.run, {task.task})}));
    EXPECT_EQ(reason_of(task.task), "so far");

    ASSERT_TRUE(db(RetryTasks{target(task.run, {task.task})}));

    EXPECT_EQ(reason_of(task.task), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Dialects, LastUpdate, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::last_update_test
