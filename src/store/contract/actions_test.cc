// SPDX-License-Identifier: Apache-2.0
#include "store/contract/contract.h"

#include <boost/asio/executor_work_guard.hpp>

namespace sluice::actions_test {

// One run with a task in each live state, and one that has ended.
class UserActions : public StoreContract {
protected:
    enum Index : std::size_t { done, running, claimed, pending, later, waiting, held, size };

    UserActions()
    {
        w = worker(1h);
        std::vector<NewTask> tasks(size, new_task());
        tasks[later].run_at = clock.wall() + 1h;
        for (NewTask& task : tasks)
            task.timeout = 100s;
        // An independent task that never ends keeps the run active and `waiting` waiting.
        const Submitted submitted = submit(new_run(tasks, {{pending, waiting}}));
        id = submitted.run;
        ids = submitted.tasks;
        EXPECT_TRUE(succeed(claim_one(w), w));
        lease_running = claim_one(w);
        Claim request = claim_of(w, 1);
        request.as = Claim::As::claimed;
        lease_claimed = db(request).value().at(0);
        EXPECT_TRUE(db(Pause{target(id, {ids[held]})}));
    }

    std::vector<TaskState> states() { return StoreContract::states(ids); }
    const std::vector<TaskState> before{
        TaskState::succeeded, TaskState::running, TaskState::claimed, TaskState::pending,
        TaskState::pending,   TaskState::waiting, TaskState::paused};

    WorkerId w;
    RunId id;
    std::vector<TaskId> ids;
    Leased lease_running;
    Leased lease_claimed;
};

TEST_P(UserActions, the_stage_is_set)
{
    EXPECT_EQ(states(), before);
    const Reads::Run read = run(id);
    EXPECT_EQ(read.leased, 2);
    EXPECT_EQ(read.held, 1);
}

TEST_P(UserActions, cancel_ends_a_task_in_any_live_state)
{
    // `waiting` before its parent, which would end it.
    for (const Index index : {running, claimed, later, waiting, held, pending}) {
        const Result<Affected> affected = db(Cancel{target(id, {ids[index]})});
        ASSERT_TRUE(affected) << index;
        EXPECT_EQ(affected->changed(), 1);
        EXPECT_EQ(state(ids[index]), TaskState::canceled);
        EXPECT_EQ(task(ids[index]).done->error, "because");
    }
    EXPECT_EQ(db(Cancel{target(id, {ids[done]})}).error().code, Errc::conflict);
    EXPECT_EQ(db(Cancel{target(id, {ids[held]})}).error().code, Errc::conflict);
    EXPECT_EQ(succeed(lease_running, w).error().code, Errc::conflict);
    EXPECT_EQ(run_state_of(id), RunState::succeeded);
    EXPECT_EQ(run(id).row.counts, (RunCounts{7, 1, 0, 6, 0}));
}

TEST_P(UserActions, cancel_of_a_task_tells_its_children)
{
    ASSERT_TRUE(db(Cancel{target(id, {ids[pending]})}));

    EXPECT_EQ(state(ids[waiting]), TaskState::failed);
}

TEST_P(UserActions, cancel_of_a_task_meets_a_condition_on_failure)
{
    const Submitted other =
        submit(new_run(3, {{0, 1, LinkCondition::on_failure}, {0, 2, LinkCondition::always}}));
    ASSERT_TRUE(db(Cancel{target(other.run, {other.tasks[0]})}));

    EXPECT_EQ(state(other.tasks[1]), TaskState::pending);
    EXPECT_EQ(state(other.tasks[2]), TaskState::pending);
}

TEST_P(UserActions, cancel_of_several_tasks_leaves_alone_what_is_final)
{
    const Result<Affected> affected =
        db(Cancel{target(id, {ids[done], ids[running], ids[held], ids[running]})});

    ASSERT_TRUE(affected);
    EXPECT_EQ(affected->running, 1);
    EXPECT_EQ(affected->paused, 1);
    EXPECT_EQ(affected->final, 1);
    EXPECT_EQ(state(ids[done]), TaskState::succeeded);
}

TEST_P(UserActions, leave_alone_tasks_of_another_run)
{
    const Submitted other = submit(new_run(3));
    const Leased leased = claim(w).back();
    const TaskId theirs = leased.task;
    const std::vector<TaskId> mixed{ids[running], theirs, other.tasks[0]};

    EXPECT_TRUE(db(Pause{target(id, mixed)}));
    EXPECT_EQ(state(theirs), TaskState::running);
    EXPECT_TRUE(db(Resume{target(id, mixed)}));
    EXPECT_TRUE(db(Cancel{target(id, mixed)}));
    EXPECT_EQ(state(ids[running]), TaskState::canceled);
    EXPECT_EQ(state(theirs), TaskState::running);
    EXPECT_EQ(db(Cancel{target(id, {theirs})}).error().code, Errc::not_found);
    EXPECT_EQ(db(Pause{target(id, {theirs})}).error().code, Errc::not_found);
    EXPECT_TRUE(succeed(leased, w));
    EXPECT_TRUE(db(RetryTasks{target(id, {theirs, ids[running]})}));
    EXPECT_EQ(state(theirs), TaskState::succeeded);
}

TEST_P(UserActions, cancel_of_a_run_ends_all_that_lives)
{
    const Result<Affected> affected = db(Cancel{target(id)});

    ASSERT_TRUE(affected);
    EXPECT_EQ(affected->waiting, 1);
    EXPECT_EQ(affected->pending, 2);
    EXPECT_EQ(affected->claimed, 1);
    EXPECT_EQ(affected->running, 1);
    EXPECT_EQ(affected->paused, 1);
    EXPECT_EQ(affected->final, 1);
    EXPECT_EQ(run_state_of(id), RunState::canceled);
    EXPECT_EQ(run(id).row.counts, (RunCounts{7, 1, 0, 6, 0}));
    EXPECT_EQ(db(Cancel{target(id)}).error().code, Errc::conflict);
    EXPECT_EQ(db(Pause{target(id)}).error().code, Errc::conflict);
    EXPECT_TRUE(claim(w).empty());
}

TEST_P(UserActions, cancel_tells_which_leases_are_lost)
{
    db.take_changes();
    ASSERT_TRUE(db(Cancel{target(id)}));

    std::vector<HeldLease> lost;
    for (const Changes& changes : db.take_changes())
        lost.insert(lost.end(), changes.lost_leases.begin(), changes.lost_leases.end());
    sort_unique(lost);
    EXPECT_EQ(lost, (std::vector<HeldLease>{{ids[running], 1}, {ids[claimed], 1}}));
}

TEST_P(UserActions, a_lost_lease_alone_is_news_even_in_a_commit_after_one_of_others)
{
    if (GetParam() != Dialect::postgres)
        return; // news of SQLite do not say what they are about
    const auto loop_stays = boost::asio::make_work_guard(loop); // news come from other threads
    const auto turn_until_heard = [this](testing::Driver& store, auto what) {
        testing::turn_until(loop, [&] {
            const std::vector<Changes> heard = store.take_changes();
            return std::ranges::any_of(heard, [&](const Changes& changes) {
                return changes.from_outside && what(changes);
            });
        });
    };
    const auto anything = [](const Changes&) { return true; };
    db.take_changes();
    const auto other = another_store();
    turn_until_heard(*other, anything);
    turn_until_heard(db, anything);
    ASSERT_TRUE((*other)(new_run(1)));
    turn_until_heard(db, [](const Changes& changes) { return !changes.ready_queues.empty(); });

    ASSERT_TRUE(db(Cancel{target(id, {ids[running]})}));

    turn_until_heard(*other, [this](const Changes& changes) {
        return changes.told && changes.lost_leases == std::vector<HeldLease>{{ids[running], 1}};
    });
}

TEST_P(UserActions, a_second_cancel_in_the_same_group_finds_the_run_final)
{
    const auto [one, two, paused] =
        db.together(Cancel{target(id)}, Cancel{target(id)}, Pause{target(id)});

    EXPECT_TRUE(one);
    EXPECT_EQ(two.error().code, Errc::conflict);
    EXPECT_EQ(paused.error().code, Errc::conflict);
    EXPECT_EQ(events(id).size(), 2u);
}

TEST_P(UserActions, a_retry_in_the_group_of_a_cancel_makes_the_run_live_again)
{
    const auto [canceled, retried] =
        db.together(Cancel{target(id)}, RetryTasks{target(id, {ids[running]})});

    ASSERT_TRUE(canceled && retried);
    EXPECT_EQ(run_state_of(id), RunState::active);
    EXPECT_EQ(drain(w), 1u);
    EXPECT_EQ(run_state_of(id), RunState::succeeded);
}

TEST_P(UserActions, pause_and_resume_bring_back_every_state)
{
    for (const Index index : {running, claimed, pending, later, waiting}) {
        EXPECT_EQ(db(Pause{target(id, {ids[index]})})->changed(), 1);
        EXPECT_EQ(state(ids[index]), TaskState::paused);
        EXPECT_EQ(db(Pause{target(id, {ids[index]})}).error().code, Errc::conflict);
        EXPECT_EQ(violations(), "");
        EXPECT_EQ(db(Resume{target(id, {ids[index]})})->paused, 1);
        EXPECT_EQ(state(ids[index]), before[index]);
        EXPECT_EQ(db(Resume{target(id, {ids[index]})}).error().code, Errc::conflict);
    }
    EXPECT_EQ(db(Pause{target(id, {ids[done]})}).error().code, Errc::conflict);
}

TEST_P(UserActions, pause_and_resume_of_a_run_reach_all_that_lives)
{
    const Result<Affected> affected = db(Pause{target(id)});
    ASSERT_TRUE(affected);
    EXPECT_EQ(affected->pending, 2);
    EXPECT_EQ(affected->waiting, 1);
    EXPECT_EQ(affected->running, 1);
    EXPECT_EQ(affected->claimed, 1);
    EXPECT_EQ(run(id).held, 6);
    EXPECT_TRUE(claim(w).empty());

    EXPECT_EQ(db(Resume{target(id)})->paused, 6);
    std::vector<TaskState> expected = before;
    expected[held] = TaskState::pending;
    EXPECT_EQ(states(), expected);
    EXPECT_EQ(claim(w).size(), 2u);
}

TEST_P(UserActions, the_clock_of_a_paused_attempt_stands_still)
{
    clock.advance(40s);
    ASSERT_TRUE(db(Pause{target(id, {ids[running]})}));
    clock.advance(1h);
    EXPECT_EQ(db(Expire{}).value(), 0u);

    ASSERT_TRUE(db(Resume{target(id, {ids[running]})}));
    EXPECT_EQ(task(ids[running]).lease->expires_at, clock.wall() + 60s);
    clock.advance(60s - 1us);
    EXPECT_EQ(db(Expire{}).value(), 0u);
    clock.advance(1us);
    EXPECT_EQ(db(Expire{}).value(), 1u);
    EXPECT_EQ(state(ids[running]), TaskState::failed);
}

TEST_P(UserActions, a_pause_after_the_time_has_run_out_does_not_make_it_endless)
{
    clock.advance(100s);
    ASSERT_TRUE(db(Pause{target(id, {ids[running]})}));
    ASSERT_TRUE(db(Resume{target(id, {ids[running]})}));
    clock.advance(1s);

    EXPECT_EQ(db(Expire{}).value(), 1u);
}

TEST_P(UserActions, what_already_runs_may_finish_while_it_is_paused)
{
    ASSERT_TRUE(db(Pause{target(id, {ids[running]})}));

    EXPECT_EQ(succeed(lease_running, w)->state, TaskState::succeeded);
}

TEST_P(UserActions, a_claimed_task_may_start_while_it_is_paused_and_gets_its_whole_time)
{
    ASSERT_TRUE(db(Pause{target(id, {ids[claimed]})}));
    EXPECT_TRUE(db(Start{lease_claimed.task, id, lease_claimed.attempt, w}));
    EXPECT_EQ(state(ids[claimed]), TaskState::paused);
    clock.advance(1h);

    ASSERT_TRUE(db(Resume{target(id, {ids[claimed]})}));
    EXPECT_EQ(state(ids[claimed]), TaskState::running);
    EXPECT_EQ(task(ids[claimed]).lease->expires_at, clock.wall() + 100s);
}

TEST_P(UserActions, a_paused_task_that_is_given_back_stays_paused)
{
    ASSERT_TRUE(db(Pause{target(id, {ids[running]})}));
    ASSERT_TRUE(db(giving_back(lease_running, w)));

    EXPECT_EQ(state(ids[running]), TaskState::paused);
    ASSERT_TRUE(db(Resume{target(id, {ids[running]})}));
    EXPECT_EQ(state(ids[running]), TaskState::pending);
}

TEST_P(UserActions, a_paused_attempt_that_fails_waits_for_its_resume)
{
    NewTask task = new_task();
    task.retry.tries_max = 2;
    task.retry.delay_initial = 10s;
    const Submitted other = submit(new_run({task}));
    db(Cancel{target(id)}).value();
    const Leased leased = claim_one(w);
    ASSERT_TRUE(db(Pause{target(other.run)}));

    ASSERT_TRUE(fail(leased, w));
    clock.advance(20s);
    db(Tick{}).value();

    EXPECT_EQ(state(other.tasks[0]), TaskState::paused);
    EXPECT_TRUE(claim(w).empty());
    ASSERT_TRUE(db(Resume{target(other.run)}));
    EXPECT_EQ(claim_one(w).attempt, 2);
}

TEST_P(UserActions, a_resumed_task_keeps_the_time_that_it_waits_for)
{
    ASSERT_TRUE(db(Pause{target(id, {ids[later]})}));
    ASSERT_TRUE(db(Resume{target(id, {ids[later]})}));
    EXPECT_EQ(task(ids[later]).place->run_at, clock.wall() + 1h);

    ASSERT_TRUE(db(Pause{target(id, {ids[later]})}));
    clock.advance(2h);
    ASSERT_TRUE(db(Resume{target(id, {ids[later]})}));
    EXPECT_EQ(claim(w).size(), 2u) << "its time came while it was paused";
}

TEST_P(UserActions, are_recorded_with_who_and_why)
{
    db(Pause{target(id, {ids[running]})}).value();
    db(Resume{target(id, {ids[running]})}).value();
    db(Cancel{target(id)}).value();
    db(RetryTasks{target(id, {ids[running]})}).value();

    EXPECT_EQ(
        events(id), (std::vector<std::string>{
                        "pause by ada: because", "pause by ada: because", "resume by ada: because",
                        "cancel by ada: because", "retry by ada: because"})
    );
    EXPECT_FALSE(db(Cancel{target(id, {ids[done]})}));
    EXPECT_EQ(events(id).size(), 5u) << "what was refused is not history";
}

TEST_P(UserActions, on_what_does_not_exist_are_not_found)
{
    EXPECT_EQ(db(Cancel{target(RunId{99})}).error().code, Errc::not_found);
    EXPECT_EQ(db(Pause{target(id, {TaskId{999}})}).error().code, Errc::not_found);
    EXPECT_EQ(db(Resume{target(RunId{99}, {ids[0]})}).error().code, Errc::not_found);
    EXPECT_EQ(db(RetryTasks{target(id, {TaskId{999}})}).error().code, Errc::not_found);
    EXPECT_EQ(db(DeleteRun{RunId{99}}).error().code, Errc::not_found);
}

TEST_P(UserActions, a_run_is_deleted_in_pieces_when_it_is_final)
{
    EXPECT_EQ(db(DeleteRun{id}).error().code, Errc::conflict);
    Submit request = new_run(2500);
    request.run.name = "old";
    request.run.request_key = "key-1";
    const Submitted other = submit(request);
    ASSERT_TRUE(db(Cancel{target(other.run)}));

    EXPECT_FALSE(db(DeleteRun{other.run}).value());
    int pieces = 1;
    while (!db(DeleteRun{other.run}).value())
        ++pieces;
    EXPECT_GE(pieces, 2);

    const RunId gone = other.run;
    EXPECT_FALSE(db.read([gone](Reads& reads) { return reads.run(gone); }));
    EXPECT_EQ(db(DeleteRun{gone}).error().code, Errc::not_found);
    const Submitted afresh = submit(request);
    EXPECT_FALSE(afresh.repeated);
    EXPECT_GT(afresh.tasks[0], other.tasks.back());
    EXPECT_GT(afresh.run, gone);
    EXPECT_EQ(run(id).row.counts.total, 7) << "others are left alone";
}

INSTANTIATE_TEST_SUITE_P(Dialects, UserActions, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::actions_test
