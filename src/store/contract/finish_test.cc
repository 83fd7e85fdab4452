// SPDX-License-Identifier: Apache-2.0
#include "store/contract/contract.h"

namespace sluice::finish_test {

namespace {

NewTask tried(int tries_max, Micros delay = Micros{0})
{
    NewTask task = new_task();
    task.retry.tries_max = tries_max;
    task.retry.delay_initial = delay;
    return task;
}

} // namespace

TEST_P(StoreContract, success_ends_the_task_and_the_last_one_its_run)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run(2));
    const std::vector<Leased> claimed = claim(w);
    clock.advance(5s);

    EXPECT_EQ(succeed(claimed[0], w)->state, TaskState::succeeded);
    EXPECT_EQ(run_state_of(submitted.run), RunState::active);
    db.take_changes();
    EXPECT_EQ(succeed(claimed[1], w)->state, TaskState::succeeded);

    std::vector<RunId> told;
    for (const Changes& changes : db.take_changes())
        told.insert(told.end(), changes.final_runs.begin(), changes.final_runs.end());
    EXPECT_EQ(told, std::vector<RunId>{submitted.run});
    const RunRow row = run(submitted.run).row;
    EXPECT_EQ(row.state, RunState::succeeded);
    EXPECT_EQ(row.counts, (RunCounts{2, 2, 0, 0, 0}));
    EXPECT_EQ(row.finished_at, clock.wall());
    const Reads::Task found = task(submitted.tasks[0]);
    EXPECT_EQ(found.done->result, "\"done\"");
    EXPECT_EQ(found.done->attempt, 1);
    EXPECT_EQ(found.done->worker, w);
    EXPECT_EQ(found.done->finished_at - *found.done->started_at, Micros(5s));
    EXPECT_EQ(found.worker_name, "worker");
}

TEST_P(StoreContract, a_failure_without_tries_left_is_final)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run(1));

    const Result<Finished> answer = fail(claim_one(w), w);

    EXPECT_EQ(answer->state, TaskState::failed);
    EXPECT_EQ(run_state_of(submitted.run), RunState::failed);
    EXPECT_EQ(task(submitted.tasks[0]).done->error, "it broke");
    EXPECT_EQ(task(submitted.tasks[0]).done->tries, 1);
}

TEST_P(StoreContract, a_failure_with_tries_left_comes_back_after_its_delay)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run({tried(3, 10s)}));
    const TaskId id = submitted.tasks[0];

    const Result<Finished> one = fail(claim_one(w), w);
    ASSERT_TRUE(one);
    EXPECT_EQ(one->state, TaskState::pending);
    EXPECT_EQ(one->run_at, clock.wall() + 10s);
    EXPECT_EQ(state(id), TaskState::pending);
    EXPECT_EQ(task(id).place->run_at, clock.wall() + 10s);
    EXPECT_TRUE(claim(w).empty());

    clock.advance(10s);
    db(Tick{}).value();
    const Leased second = claim_one(w);
    EXPECT_EQ(second.attempt, 2);
    EXPECT_EQ(second.tries, 1);
    EXPECT_EQ(fail(second, w)->run_at, clock.wall() + 20s);

    clock.advance(20s);
    db(Tick{}).value();
    EXPECT_EQ(fail(claim_one(w), w)->state, TaskState::failed);
    const std::vector<AttemptRow> log = attempts(id);
    ASSERT_EQ(log.size(), 2u);
    EXPECT_EQ(log[0].attempt, 1);
    EXPECT_EQ(log[0].end, AttemptEnd::failed);
    EXPECT_EQ(log[0].error, "it broke");
    EXPECT_EQ(task(id).done->attempt, 3);
    EXPECT_EQ(task(id).done->tries, 3);
}

TEST_P(StoreContract, a_failure_without_a_delay_is_claimable_at_once)
{
    const WorkerId w = worker();
    submit(new_run({tried(2)}));

    ASSERT_TRUE(fail(claim_one(w), w));

    EXPECT_EQ(claim_one(w).attempt, 2);
}

TEST_P(StoreContract, a_kind_of_failure_outside_of_the_policy_is_final)
{
    const WorkerId w = worker();
    NewTask task = tried(5);
    task.retry.on = static_cast<std::uint8_t>(FailureKind::timeout);
    submit(new_run({task}));

    EXPECT_EQ(fail(claim_one(w), w)->state, TaskState::failed);
}

TEST_P(StoreContract, a_task_that_its_rule_forbids_is_skipped_with_the_reason)
{
    const WorkerId w = worker();
    const auto follows = [](std::uint32_t child, LinkCondition condition) {
        return GraphLink{0, child, condition, Unmet::skip};
    };
    Submit request =
        new_run(3, {follows(1, LinkCondition::not_failed), follows(2, LinkCondition::on_success)});
    request.tasks[0].retry.tries_max = 3;
    const Submitted submitted = submit(std::move(request));
    Finish report = success_of(claim_one(w), w);
    report.as = Finish::As::skipped;
    report.result.clear();
    report.error = "the rule does not hold";

    EXPECT_EQ(db(report)->state, TaskState::skipped);
    const Reads::Task skipped = task(submitted.tasks[0]);
    EXPECT_EQ(skipped.state, TaskState::skipped);
    EXPECT_EQ(skipped.done->error, "the rule does not hold");
    EXPECT_EQ(skipped.done->tries, 0);
    EXPECT_EQ(state(submitted.tasks[1]), TaskState::pending) << "a skipped parent has not failed";
    EXPECT_EQ(state(submitted.tasks[2]), TaskState::skipped);

    EXPECT_TRUE(db(report)->repeated);
    EXPECT_EQ(db(report)->state, TaskState::skipped);
    report.as = Finish::As::reported;
    EXPECT_EQ(db(report).error().code, Errc::conflict);
    ASSERT_TRUE(succeed(claim_one(w), w));
    EXPECT_EQ(run_state_of(submitted.run), RunState::succeeded);
    EXPECT_EQ(run(submitted.run).row.counts, (RunCounts{3, 1, 0, 0, 2}));
}

TEST_P(StoreContract, a_report_of_a_former_attempt_is_refused)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run({tried(3)}));
    const Leased first_attempt = claim_one(w);
    ASSERT_TRUE(fail(first_attempt, w));
    const Leased second = claim_one(w);

    EXPECT_EQ(succeed(first_attempt, w).error().code, Errc::conflict);
    EXPECT_EQ(db(giving_back(first_attempt, w)).error().code, Errc::conflict);
    EXPECT_EQ(state(submitted.tasks[0]), TaskState::running);
    EXPECT_TRUE(succeed(second, w));
}

TEST_P(StoreContract, a_report_of_another_worker_is_refused)
{
    const WorkerId w = worker();
    const WorkerId other = worker();
    submit(new_run(1));
    const Leased task = claim_one(w);

    EXPECT_EQ(succeed(task, other).error().code, Errc::conflict);
    EXPECT_EQ(db(giving_back(task, other)).error().code, Errc::conflict);
    EXPECT_TRUE(succeed(task, w));
}

TEST_P(StoreContract, a_stale_report_in_one_group_with_the_right_one_is_still_stale)
{
    const WorkerId w = worker();
    const WorkerId other = worker();
    const Submitted submitted = submit(new_run({tried(3)}));
    const Leased first_attempt = claim_one(w);
    ASSERT_TRUE(fail(first_attempt, w));
    const Leased second = claim_one(other);

    const auto [stale, right] =
        db.together(success_of(first_attempt, w), failure_of(second, other));

    EXPECT_EQ(stale.error().code, Errc::conflict) << stale.error().detail;
    ASSERT_TRUE(right);
    EXPECT_EQ(right->state, TaskState::pending);
    EXPECT_EQ(state(submitted.tasks[0]), TaskState::pending);
}

TEST_P(StoreContract, a_stale_hand_back_in_one_group_with_the_right_one_is_still_stale)
{
    const WorkerId w = worker();
    const WorkerId other = worker();
    submit(new_run({tried(3)}));
    const Leased first_attempt = claim_one(w);
    ASSERT_TRUE(fail(first_attempt, w));
    const Leased second = claim_one(other);

    const auto [stale, right] =
        db.together(giving_back(first_attempt, w), giving_back(second, other));

    EXPECT_EQ(stale.error().code, Errc::conflict);
    EXPECT_TRUE(right);
}

TEST_P(StoreContract, a_repeated_report_gets_the_same_answer)
{
    const WorkerId w = worker();
    submit(new_run(2));
    const std::vector<Leased> claimed = claim(w);
    ASSERT_TRUE(succeed(claimed[0], w));
    ASSERT_TRUE(fail(claimed[1], w));

    const Result<Finished> success = succeed(claimed[0], w);
    ASSERT_TRUE(success);
    EXPECT_TRUE(success->repeated);
    EXPECT_EQ(success->state, TaskState::succeeded);
    const Result<Finished> failure = fail(claimed[1], w);
    ASSERT_TRUE(failure);
    EXPECT_TRUE(failure->repeated);
    EXPECT_EQ(failure->state, TaskState::failed);
}

TEST_P(StoreContract, the_same_report_twice_in_one_group_counts_once)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run(2));
    const Leased task = claim_one(w);

    const auto [one, two] = db.together(success_of(task, w), success_of(task, w));

    ASSERT_TRUE(one && two);
    EXPECT_FALSE(one->repeated);
    EXPECT_TRUE(two->repeated);
    EXPECT_EQ(run(submitted.run).row.counts.succeeded, 1);
}

TEST_P(StoreContract, another_outcome_for_a_final_task_is_a_conflict)
{
    const WorkerId w = worker();
    const WorkerId other = worker();
    submit(new_run(1));
    const Leased task = claim_one(w);
    ASSERT_TRUE(succeed(task, w));

    EXPECT_EQ(fail(task, w).error().code, Errc::conflict);
    EXPECT_EQ(succeed(task, other).error().code, Errc::conflict);
}

TEST_P(StoreContract, a_report_from_outside_counts_for_whatever_attempt_is_leased)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run(1));
    Finish report = success_of(claim_one(w), w);
    report.attempt = 0;
    report.worker = {};

    EXPECT_EQ(db(report)->state, TaskState::succeeded);
    EXPECT_EQ(task(submitted.tasks[0]).done->worker, w);
}

TEST_P(StoreContract, a_repeated_report_from_outside_gets_the_same_answer)
{
    const WorkerId w = worker();
    submit(new_run(1));
    Finish report = success_of(claim_one(w), w);
    report.worker = {};
    ASSERT_TRUE(db(report));

    const Result<Finished> again = db(report);
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->repeated);
}

TEST_P(StoreContract, a_report_for_a_task_that_nobody_holds_is_a_conflict)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run(1));
    Finish report;
    report.task = submitted.tasks[0];
    report.run = submitted.run;
    report.attempt = 1;
    report.worker = w;

    EXPECT_EQ(db(report).error().code, Errc::conflict);
}

TEST_P(StoreContract, a_report_for_a_run_that_does_not_exist_is_not_found)
{
    Finish report;
    report.task = TaskId{77};
    report.run = RunId{77};
    report.attempt = 1;

    EXPECT_EQ(db(report).error().code, Errc::not_found);
}

TEST_P(StoreContract, a_start_is_fenced_and_may_be_repeated)
{
    const WorkerId w = worker();
    NewTask given = new_task();
    given.timeout = 20s;
    const Submitted submitted = submit(new_run({given}));
    Claim request = claim_of(w, 1);
    request.as = Claim::As::claimed;
    const Leased leased = db(request).value().at(0);
    Start start{leased.task, leased.run, leased.attempt, w};
    clock.advance(5s);

    Start other = start;
    other.worker = worker();
    EXPECT_EQ(db(other).error().code, Errc::conflict);
    other = start;
    other.attempt = 2;
    EXPECT_EQ(db(other).error().code, Errc::conflict);
    EXPECT_EQ(state(leased.task), TaskState::claimed);

    EXPECT_TRUE(db(start));
    const Time expires = clock.wall() + 20s;
    EXPECT_EQ(state(leased.task), TaskState::running);
    EXPECT_EQ(task(leased.task).lease->expires_at, expires);
    clock.advance(5s);
    EXPECT_TRUE(db(start));
    EXPECT_EQ(task(leased.task).lease->expires_at, expires);
    EXPECT_EQ(task(submitted.tasks[0]).lease->claimed_at, clock.wall() - 10s);
}

TEST_P(StoreContract, a_task_that_is_given_back_has_used_no_try)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run({tried(2)}));

    for (int attempt = 1; attempt <= 5; ++attempt) {
        const Leased task = claim_one(w);
        EXPECT_EQ(task.attempt, attempt);
        EXPECT_EQ(task.tries, 0);
        ASSERT_TRUE(db(giving_back(task, w)));
    }
    const std::vector<AttemptRow> log = attempts(submitted.tasks[0]);
    ASSERT_EQ(log.size(), 5u);
    EXPECT_EQ(log[4].end, AttemptEnd::returned);
    EXPECT_EQ(log[4].error, "stopping");
    EXPECT_EQ(state(submitted.tasks[0]), TaskState::pending);
}

TEST_P(StoreContract, a_task_that_nobody_could_begin_comes_back_later_as_the_same_attempt)
{
    const WorkerId w = worker();
    const TaskId id = submit(new_run(1)).tasks[0];
    for (const Micros wait : {Micros(1s), Micros(2s)}) {
        const Leased leased = claim_one(w);
        EXPECT_EQ(leased.attempt, 1);
        GiveBack request = giving_back(leased, w);
        request.again_after = wait;
        db.take_changes();
        ASSERT_TRUE(db(request));
        EXPECT_EQ(task(id).place->run_at, clock.wall() + wait);
        std::optional<Time> due;
        for (const Changes& changes : db.take_changes())
            Changes::keep_earlier(due, changes.earliest_due);
        EXPECT_EQ(due, clock.wall() + wait) << "somebody wakes up for it";
        EXPECT_EQ(db(request).error().code, Errc::conflict);
        EXPECT_TRUE(claim(w).empty());
        clock.advance(wait);
        ASSERT_EQ(db(Tick{}).value(), 1u);
    }
    EXPECT_TRUE(attempts(id).empty()) << "it was none";
    EXPECT_EQ(succeed(claim_one(w), w)->state, TaskState::succeeded);
    EXPECT_EQ(task(id).done->attempt, 1);
    EXPECT_EQ(task(id).done->tries, 0);
}

TEST_P(StoreContract, a_paused_task_that_nobody_could_begin_waits_for_its_resume)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run(1));
    GiveBack request = giving_back(claim_one(w), w);
    request.again_after = 10s;
    ASSERT_TRUE(db(Pause{target(submitted.run)}));
    ASSERT_TRUE(db(request));
    EXPECT_EQ(state(submitted.tasks[0]), TaskState::paused);
    clock.advance(1s);
    ASSERT_TRUE(db(Resume{target(submitted.run)}));
    EXPECT_TRUE(claim(w).empty()) << "its time has not come";
    clock.advance(9s);
    ASSERT_EQ(db(Tick{}).value(), 1u);
    EXPECT_EQ(claim_one(w).attempt, 1);
}

TEST_P(StoreContract, many_reports_of_many_runs_in_one_group_all_count)
{
    const WorkerId w = worker();
    std::vector<RunId> runs;
    for (int i = 0; i < 10; ++i)
        runs.push_back(submit(new_run(10)).run);
    std::vector<testing::Pending<Finished>> pending;
    for (const Leased& task : claim(w, 100))
        pending.push_back(db.start(success_of(task, w)));
    for (auto& each : pending)
        EXPECT_TRUE(each.get());

    for (const RunId id : runs)
        EXPECT_EQ(run_state_of(id), RunState::succeeded);
}

} // namespace sluice::finish_test
