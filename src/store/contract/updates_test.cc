// SPDX-License-Identifier: Apache-2.0
// Reports of targets and edits of users.
#include "store/contract/service_contract.h"

#include <limits>

namespace sluice::updates_test {

class Updates : public ServiceContract {
protected:
    Result<bool> report(const Leased& task, TaskState end, int attempt = 0)
    {
        UpdateTask update = update_of(task);
        update.end = end;
        update.attempt = attempt;
        if (end == TaskState::failed)
            update.failure_reason = "broken";
        return db(update);
    }

    Result<bool> count(TaskId task, std::int64_t success, std::int64_t failures)
    {
        return db(AddCounts{task, success, failures});
    }
};

TEST_P(Updates, end_a_task_that_its_target_works_at)
{
    const WorkerId w = worker(1h);
    const Leased good = running(w);
    const Leased bad = running(w);

    EXPECT_TRUE(report(good, TaskState::succeeded));
    EXPECT_TRUE(report(bad, TaskState::failed));

    EXPECT_EQ(state(good.task), TaskState::succeeded);
    EXPECT_EQ(state(bad.task), TaskState::failed);
    EXPECT_EQ(task(bad.task).done->error, "broken");
    EXPECT_EQ(run_state_of(good.run), RunState::succeeded);
}

TEST_P(Updates, may_come_before_the_acceptance_is_known)
{
    const WorkerId w = worker(1h);
    submit(new_batch({service_task()}));
    const Leased task = claim_for_target(w);
    db.take_changes();

    EXPECT_TRUE(report(task, TaskState::succeeded));

    EXPECT_EQ(state(task.task), TaskState::succeeded);
    EXPECT_EQ(accept(task, w).error().code, Errc::conflict);
    std::vector<TaskId> early_ends;
    for (const Changes& changes : db.take_changes()) { // with late news of other processes
        early_ends.insert(early_ends.end(), changes.early_ends.begin(), changes.early_ends.end());
        EXPECT_TRUE(changes.lost_leases.empty()) << "its answer may ask for something";
    }
    EXPECT_EQ(early_ends, std::vector{task.task}) << "no other try of the start";
}

TEST_P(Updates, that_report_need_a_leased_task)
{
    const WorkerId w = worker(1h);
    const Submitted pending = submit(new_batch({service_task()}));
    Leased task;
    task.task = pending.tasks[0];
    task.run = pending.run;
    EXPECT_EQ(report(task, TaskState::succeeded).error().code, Errc::not_found);
    UpdateTask counts = update_of(task);
    counts.success = 1;
    EXPECT_EQ(db(counts).error().code, Errc::not_found);
    EXPECT_TRUE(db(update_of(task))) << "a sign of life is no report";

    const Leased over = claim_for_target(w);
    ASSERT_TRUE(report(over, TaskState::succeeded));
    EXPECT_EQ(report(over, TaskState::succeeded).error().code, Errc::not_found);
    EXPECT_EQ(db(update_of(over)).error().code, Errc::not_found);
    EXPECT_EQ(view(over.task).progress->success, 0);
}

TEST_P(Updates, that_name_an_attempt_are_refused_when_another_one_runs)
{
    const WorkerId w = worker(1h);
    NewTask twice = service_task();
    twice.retry.tries_max = 2;
    const Leased first = running(w, twice);
    ASSERT_TRUE(report(first, TaskState::failed, 1));
    const Leased second = claim_for_target(w);
    ASSERT_TRUE(accept(second, w));

    EXPECT_EQ(report(first, TaskState::succeeded, 1).error().code, Errc::conflict);
    UpdateTask counts = update_of(first);
    counts.attempt = 1;
    counts.success = 1;
    EXPECT_EQ(db(counts).error().code, Errc::conflict);
    EXPECT_EQ(state(first.task), TaskState::running);
    EXPECT_TRUE(report(second, TaskState::succeeded, 2));
}

TEST_P(Updates, that_name_an_attempt_are_refused_while_none_runs)
{
    const WorkerId w = worker(1h);
    NewTask twice = service_task();
    twice.retry.tries_max = 2;
    const Leased task = running(w, twice);
    ASSERT_TRUE(report(task, TaskState::failed, 1));
    UpdateTask update = update_of(task);
    update.metadata = "7";
    for (const int attempt : {1, 2, 5}) {
        update.attempt = attempt;
        EXPECT_EQ(db(update).error().code, Errc::conflict) << attempt;
    }
    EXPECT_EQ(view(task.task).card.metadata, std::nullopt);
    UpdateTask count = update_of(task);
    count.attempt = 1;
    count.success = 1;
    EXPECT_EQ(db(count).error().code, Errc::not_found) << "nobody may report";
    update.attempt = 0;
    EXPECT_TRUE(db(update));
}

TEST_P(Updates, of_one_group_about_one_task_are_steps_of_their_own)
{
    const WorkerId w = worker(1h);
    const Leased task = running(w);
    UpdateTask one = update_of(task);
    one.success = 2;
    UpdateTask other = update_of(task);
    other.failures = 3;
    UpdateTask end = update_of(task);
    end.end = TaskState::succeeded;
    UpdateTask late = end;

    const auto [a, b, c, d] = db.together(one, other, end, late);

    EXPECT_TRUE(a);
    EXPECT_TRUE(b);
    EXPECT_TRUE(c);
    EXPECT_EQ(d.error().code, Errc::not_found);
    EXPECT_EQ(view(task.task).progress->success, 2);
    EXPECT_EQ(view(task.task).progress->failures, 3);
}

TEST_P(Updates, whose_end_comes_too_late_change_nothing)
{
    const WorkerId w = worker(1h);
    const Leased task = running(w);
    UpdateTask first = update_of(task);
    first.end = TaskState::succeeded;
    first.success = 1;
    UpdateTask late = first;
    late.success = 10;
    late.metadata = "7";
    UpdateTask bare = update_of(task);
    bare.end = TaskState::succeeded;

    const auto [a, b, c] = db.together(first, late, bare);

    EXPECT_EQ(int(a.has_value()) + int(b.has_value()) + int(c.has_value()), 1);
    EXPECT_EQ(state(task.task), TaskState::succeeded);
    const TaskView after = view(task.task);
    const std::int64_t counted = after.progress ? after.progress->success : 0;
    EXPECT_EQ(counted, (a ? 1 : 0) + (b ? 10 : 0));
    EXPECT_EQ(after.card.metadata.has_value(), b.has_value());
}

TEST_P(Updates, count_in_any_state_and_stay_at_the_largest_number)
{
    const std::int64_t most = std::numeric_limits<std::int64_t>::max();
    const WorkerId w = worker(1h);
    const Leased task = running(w);
    EXPECT_TRUE(count(task.task, 1, 0));
    const auto [a, b] = db.together(AddCounts{task.task, 1, 5}, AddCounts{task.task, 1, 5});
    EXPECT_TRUE(a);
    EXPECT_TRUE(b);
    ASSERT_TRUE(report(task, TaskState::succeeded));
    EXPECT_TRUE(count(task.task, 1, 0));
    EXPECT_EQ(view(task.task).progress->success, 4);
    EXPECT_EQ(view(task.task).progress->failures, 10);

    EXPECT_TRUE(count(task.task, most, 0));
    EXPECT_TRUE(count(task.task, most, 0));
    const auto [c, d] = db.together(AddCounts{task.task, most, 1}, AddCounts{task.task, most, 1});
    EXPECT_TRUE(c);
    EXPECT_TRUE(d);
    EXPECT_EQ(view(task.task).progress->success, most);
    EXPECT_EQ(view(task.task).progress->failures, 12);
    EXPECT_EQ(count(TaskId{task.task.value + 1000}, 1, 0).error().code, Errc::not_found);
}

TEST_P(Updates, restart_the_clock_of_inactivity)
{
    const WorkerId w = worker(10h);
    const Leased task = running(w); // 60 s
    clock.advance(50s);
    ASSERT_TRUE(db(update_of(task)));
    clock.advance(50s);
    db(Expire{}).value();
    EXPECT_EQ(state(task.task), TaskState::running);
    ASSERT_TRUE(count(task.task, 1, 0));
    clock.advance(60s - 1us);
    db(Expire{}).value();
    EXPECT_EQ(state(task.task), TaskState::running);
    clock.advance(1us);
    db(Expire{}).value();

    EXPECT_EQ(state(task.task), TaskState::failed);
    EXPECT_EQ(this->task(task.task).done->error, "Timeout");
}

TEST_P(Updates, move_the_time_of_the_last_one_forward_always)
{
    const WorkerId w = worker(1h);
    const Leased task = running(w);
    Time before{};
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(db(update_of(task)));
        const Time now = view(task.task).progress->updated_at;
        EXPECT_LT(before, now) << "though the clock stands still";
        before = now;
    }
}

TEST_P(Updates, keep_the_clock_of_a_paused_task_standing)
{
    const WorkerId w = worker(10h);
    const Leased task = running(w);
    ASSERT_TRUE(db(Pause{target(task.run, {task.task})}));
    clock.advance(2h);
    db(Expire{}).value();
    ASSERT_TRUE(count(task.task, 1, 0));
    ASSERT_TRUE(db(update_of(task)));
    EXPECT_EQ(state(task.task), TaskState::paused);
    ASSERT_TRUE(db(Resume{target(task.run, {task.task})}));
    EXPECT_EQ(state(task.task), TaskState::running);

    EXPECT_TRUE(report(task, TaskState::succeeded));
}

TEST_P(Updates, edit_what_the_card_says)
{
    const WorkerId w = worker(1h);
    const Leased task = running(w);
    UpdateTask update = update_of(task);
    update.actor = "ada";
    update.metadata = R"({"a": 1})";
    update.expected_count = 7;
    ASSERT_TRUE(db(update));

    EXPECT_EQ(view(task.task).card.metadata, R"({"a": 1})");
    EXPECT_EQ(view(task.task).card.expected_count, 7);
    EXPECT_EQ(events(task.run).back(), "edit by ada: metadata, expected_count 7");
    update = update_of(task);
    update.metadata = "null";
    ASSERT_TRUE(db(update));
    EXPECT_EQ(view(task.task).card.metadata, std::nullopt);
    EXPECT_EQ(view(task.task).card.expected_count, 7);
}

TEST_P(Updates, of_the_priority_count_in_the_queue_at_once)
{
    const WorkerId w = worker(1h);
    const Submitted run = submit(new_batch({service_task(), service_task(), service_task()}));
    UpdateTask update;
    update.run = run.run;
    update.task = run.tasks[2];
    update.priority = 5;
    ASSERT_TRUE(db(update));
    EXPECT_EQ(view(run.tasks[2]).task.state, TaskState::pending);

    const Leased first = claim_for_target(w);
    EXPECT_EQ(first.task, run.tasks[2]);
    EXPECT_EQ(first.priority, 5);

    // And it stays when the attempt goes back.
    update.priority = 9;
    ASSERT_TRUE(db(update));
    ASSERT_TRUE(db(giving_back(first, w)));
    EXPECT_EQ(view(run.tasks[2]).task.state, TaskState::pending);
    EXPECT_EQ(claim_for_target(w).priority, 9);
}

TEST_P(Updates, of_the_time_move_waiting_held_and_pending_tasks)
{
    const WorkerId w = worker(1h);
    const Submitted run =
        submit(new_batch({service_task(), service_task(), service_task()}, {{0, 2}}));
    ASSERT_TRUE(db(Pause{target(run.run, {run.tasks[1]})}));
    for (const TaskId task : run.tasks) {
        UpdateTask update;
        update.run = run.run;
        update.task = task;
        update.scheduled_at = db.store().clock().now() + 1h;
        ASSERT_TRUE(db(update));
    }
    EXPECT_TRUE(claim(w).empty());
    ASSERT_TRUE(db(Resume{target(run.run, {run.tasks[1]})}));
    EXPECT_TRUE(claim(w).empty());
    clock.advance(1h);
    db(Tick{}).value();
    const std::vector<Leased> due = claim(w);
    ASSERT_EQ(due.size(), 2u);
    ASSERT_TRUE(succeed(due[0], w));
    EXPECT_EQ(claim(w).size(), 1u) << "the child's time has come, too";
}

TEST_P(Updates, of_a_final_task_are_refused)
{
    const WorkerId w = worker(1h);
    const Leased task = running(w);
    ASSERT_TRUE(report(task, TaskState::succeeded));
    UpdateTask update = update_of(task);
    update.metadata = "1";

    EXPECT_EQ(db(update).error().code, Errc::not_found);
    EXPECT_EQ(db(update).error().detail, "the task is final: Success");
    EXPECT_EQ(view(task.task).card.metadata, std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Dialects, Updates, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::updates_test
