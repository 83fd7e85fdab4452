// SPDX-License-Identifier: Apache-2.0
#include "base/process_id.h"
#include "store/contract/contract.h"

#include <fmt/format.h>

namespace sluice::leases_test {

namespace {

Heartbeat beat_of(WorkerId worker, const std::vector<Leased>& tasks)
{
    Heartbeat beat;
    beat.worker = worker;
    for (const Leased& task : tasks)
        beat.held.push_back({task.task, task.attempt});
    return beat;
}

NewTask with_timeout(Micros timeout, int tries_max = 1)
{
    NewTask task = new_task();
    task.timeout = timeout;
    task.retry.tries_max = tries_max;
    return task;
}

} // namespace

TEST_P(StoreContract, a_heartbeat_names_the_leases_that_are_lost)
{
    const WorkerId w = worker();
    const Submitted submitted = submit(new_run(3));
    const std::vector<Leased> claimed = claim(w);
    ASSERT_TRUE(db(Cancel{target(submitted.run, {claimed[1].task})}));

    const Result<std::vector<HeldLease>> lost = db(beat_of(w, claimed));

    ASSERT_TRUE(lost);
    ASSERT_EQ(lost->size(), 1u);
    EXPECT_EQ(lost->front().task, claimed[1].task);
}

TEST_P(StoreContract, a_lease_of_a_former_attempt_or_another_worker_is_lost)
{
    const WorkerId w = worker();
    const WorkerId other = worker();
    submit(new_run(2));
    const std::vector<Leased> claimed = claim(w);
    ASSERT_TRUE(db(giving_back(claimed[0], w)));
    const Leased again = claim_one(w);

    EXPECT_EQ(db(beat_of(w, claimed))->size(), 1u);
    EXPECT_EQ(db(beat_of(w, {again, claimed[1]}))->size(), 0u);
    EXPECT_EQ(db(beat_of(other, {again, claimed[1]}))->size(), 2u);
}

TEST_P(StoreContract, a_heartbeat_of_an_unknown_worker_is_not_found)
{
    EXPECT_EQ(db(beat_of(WorkerId{77}, {})).error().code, Errc::not_found);
}

TEST_P(StoreContract, a_dead_worker_is_robbed_two_seconds_after_its_lease)
{
    const WorkerId dead = worker(60s);
    const Submitted submitted = submit(new_run(2));
    const std::vector<Leased> claimed = claim(dead);
    const WorkerId w = worker(10min);

    clock.advance(62s);
    EXPECT_EQ(db(Rescue{}).value(), 0u);
    clock.advance(1us);
    EXPECT_EQ(db(Rescue{}).value(), 2u);

    EXPECT_EQ(states(submitted.tasks), std::vector<TaskState>(2, TaskState::pending));
    const std::vector<AttemptRow> log = attempts(submitted.tasks[0]);
    ASSERT_EQ(log.size(), 1u);
    EXPECT_EQ(log[0].end, AttemptEnd::rescued);
    EXPECT_EQ(succeed(claimed[0], dead).error().code, Errc::conflict);
    const Leased again = claim_one(w);
    EXPECT_EQ(again.attempt, 2);
    EXPECT_EQ(again.tries, 0);
    EXPECT_EQ(db(beat_of(dead, claimed))->size(), 2u);
}

TEST_P(StoreContract, a_worker_that_sends_heartbeats_keeps_its_leases)
{
    const WorkerId w = worker(60s);
    submit(new_run(1));
    const Leased task = claim_one(w);
    for (int i = 0; i < 10; ++i) {
        clock.advance(30s);
        EXPECT_TRUE(db(beat_of(w, {task}))->empty());
        EXPECT_EQ(db(Rescue{}).value(), 0u);
    }
    EXPECT_TRUE(succeed(task, w));
}

TEST_P(StoreContract, a_worker_that_is_released_is_robbed_at_once)
{
    const WorkerId w = worker(60s);
    submit(new_run(1));
    claim_one(w);
    ASSERT_TRUE(db(ReleaseWorker{w, 0s}));
    EXPECT_EQ(db(Rescue{}).value(), 1u);
}

TEST_P(StoreContract, a_worker_that_is_released_with_a_grace_is_robbed_two_seconds_after_it)
{
    const WorkerId w = worker(60s);
    submit(new_run(1));
    claim_one(w);
    ASSERT_TRUE(db(ReleaseWorker{w, 5s}));

    clock.advance(7s);
    EXPECT_EQ(db(Rescue{}).value(), 0u);
    clock.advance(1us);
    EXPECT_EQ(db(Rescue{}).value(), 1u);
}

TEST_P(StoreContract, a_worker_whose_process_has_ended_gets_no_grace)
{
    const std::unique_ptr<testing::Probe> probe = database->probe();
    if (!probe)
        return; // nobody else works on this database
    const WorkerId w = worker(60s);
    submit(new_run(1));
    claim_one(w);
    const std::string own = process_id();
    const std::string former = own.substr(0, own.rfind('/')) + "/1"; // had the same PID before us
    probe->query("UPDATE worker SET process = '" + former + "'");

    ASSERT_TRUE(db(ReleaseWorker{w, 5s}));
    EXPECT_EQ(db(Rescue{}).value(), 1u);
}

TEST_P(StoreContract, the_third_rescue_of_a_task_fails_it_and_the_fourth_of_one_of_a_workflow)
{
    for (const RunKind kind : {RunKind::job, RunKind::execution}) {
        const int last = kind == RunKind::execution ? 4 : 3;
        Submit request = new_run(1);
        request.run.kind = kind;
        request.tasks[0].retry.tries_max = 10;
        const Submitted submitted = submit(std::move(request));
        for (int i = 1; i <= last; ++i) {
            EXPECT_EQ(run_state_of(submitted.run), RunState::active);
            const WorkerId dead = worker(1s);
            EXPECT_EQ(claim_one(dead).attempt, i);
            clock.advance(4s);
            EXPECT_EQ(db(Rescue{}).value(), 1u);
        }
        EXPECT_EQ(run_state_of(submitted.run), RunState::failed);
        const DoneRow done = *task(submitted.tasks[0]).done;
        EXPECT_EQ(
            done.error, fmt::format(
                            "ABANDONED: the worker died during attempt {}, for the {} time", last,
                            last == 4 ? "4th" : "3rd"
                        )
        );
        EXPECT_EQ(done.tries, 0);
        EXPECT_EQ(attempts(submitted.tasks[0]).size(), static_cast<std::size_t>(last - 1));
    }
}

TEST_P(StoreContract, a_paused_task_of_a_dead_worker_stays_paused)
{
    const WorkerId dead = worker(1s);
    const Submitted submitted = submit(new_run(1));
    claim_one(dead);
    ASSERT_TRUE(db(Pause{target(submitted.run)}));
    clock.advance(4s);

    EXPECT_EQ(db(Rescue{}).value(), 1u);

    EXPECT_EQ(state(submitted.tasks[0]), TaskState::paused);
    ASSERT_TRUE(db(Resume{target(submitted.run)}));
    EXPECT_EQ(drain(worker()), 1u);
}

TEST_P(StoreContract, a_lease_of_a_worker_that_was_forgotten_is_rescued)
{
    const WorkerId w = worker(1s);
    clock.advance(10min);
    db(Rescue{}).value();
    EXPECT_TRUE(db.read([](Reads& reads) { return reads.workers(); }).empty());
    submit(new_run(1));
    claim_one(w);

    EXPECT_EQ(db(Rescue{}).value(), 1u);
    EXPECT_EQ(drain(worker()), 1u);
}

TEST_P(StoreContract, a_rescue_takes_at_most_its_limit)
{
    const WorkerId dead = worker(1s);
    submit(new_run(5));
    claim(dead);
    clock.advance(4s);

    EXPECT_EQ(db(Rescue{2}).value(), 2u);
    EXPECT_EQ(db(Rescue{2}).value(), 2u);
    EXPECT_EQ(db(Rescue{2}).value(), 1u);
}

TEST_P(StoreContract, an_attempt_that_runs_out_of_time_fails)
{
    const WorkerId w = worker(1h);
    const Submitted submitted = submit(new_run({with_timeout(30s)}));
    const Leased claimed = claim_one(w);

    clock.advance(30s - 1us);
    EXPECT_EQ(db(Expire{}).value(), 0u);
    clock.advance(1us);
    db.take_changes();
    EXPECT_EQ(db(Expire{}).value(), 1u);

    std::vector<HeldLease> lost;
    for (const Changes& changes : db.take_changes())
        lost.insert(lost.end(), changes.lost_leases.begin(), changes.lost_leases.end());
    EXPECT_EQ(lost, (std::vector<HeldLease>{{submitted.tasks[0], 1}}));
    EXPECT_EQ(task(claimed.task).done->error, "Timeout");
    EXPECT_EQ(run_state_of(submitted.run), RunState::failed);
    EXPECT_EQ(succeed(claimed, w).error().code, Errc::conflict);
}

TEST_P(StoreContract, an_attempt_that_runs_out_of_time_is_tried_again)
{
    const WorkerId w = worker(1h);
    const Submitted submitted = submit(new_run({with_timeout(30s, 2)}));
    claim_one(w);
    clock.advance(30s);

    EXPECT_EQ(db(Expire{}).value(), 1u);

    EXPECT_EQ(attempts(submitted.tasks[0]).at(0).end, AttemptEnd::timed_out);
    EXPECT_EQ(claim_one(w).tries, 1);
    clock.advance(30s);
    EXPECT_EQ(db(Expire{}).value(), 1u);
    EXPECT_EQ(run_state_of(submitted.run), RunState::failed);
}

TEST_P(StoreContract, a_run_that_runs_out_of_time_fails_and_its_tasks_are_canceled)
{
    const WorkerId w = worker(1h);
    NewTask later = new_task();
    later.run_at = clock.wall() + 1h;
    Submit request = new_run({new_task(), new_task(), new_task(), new_task(), later}, {{2, 3}});
    request.run.timeout = 60s;
    request.run.name = "slow";
    const Submitted submitted = submit(request);
    const std::vector<Leased> claimed = claim(w, 2);
    ASSERT_TRUE(succeed(claimed[0], w));

    clock.advance(60s);
    EXPECT_EQ(db(Expire{}).value(), 1u);

    EXPECT_EQ(run_state_of(submitted.run), RunState::failed);
    EXPECT_EQ(run(submitted.run).row.ending, RunEnding::timed_out);
    EXPECT_EQ(run(submitted.run).row.counts, (RunCounts{5, 1, 0, 4, 0}));
    EXPECT_EQ(run(submitted.run).detail.error, "the run's timeout ran out");
    EXPECT_EQ(succeed(claimed[1], w).error().code, Errc::conflict);
    EXPECT_TRUE(claim(w).empty());
    EXPECT_EQ(db(Expire{}).value(), 0u);
}

TEST_P(StoreContract, a_paused_run_runs_out_of_time_all_the_same)
{
    const WorkerId w = worker(1h);
    Submit request = new_run({with_timeout(30s)});
    request.run.timeout = 60s;
    const Submitted submitted = submit(request);
    const Leased claimed = claim_one(w);
    ASSERT_TRUE(db(Pause{target(submitted.run)}));

    clock.advance(60s - 1us);
    EXPECT_EQ(db(Expire{}).value(), 0u) << "the clock of the attempt stands still";
    clock.advance(1us);
    EXPECT_EQ(db(Expire{}).value(), 1u);
    EXPECT_EQ(run(submitted.run).row.ending, RunEnding::timed_out);
    EXPECT_EQ(succeed(claimed, w).error().code, Errc::conflict);
}

TEST_P(StoreContract, a_cancel_and_a_timeout_in_one_group_end_a_run_once)
{
    Submit request = new_run(2);
    request.run.timeout = 60s;
    const Submitted submitted = submit(request);
    clock.advance(60s);

    const auto [canceled, expired] = db.together(Cancel{target(submitted.run)}, Expire{});

    EXPECT_TRUE(canceled && expired);
    EXPECT_EQ(run_state_of(submitted.run), RunState::canceled);
}

class ClockJump : public StoreContract {
protected:
    // What the timekeeper does when it looks at the clock.
    Result<bool> look(testing::Driver& store)
    {
        CheckClock request;
        request.offset = store.store().clock().measured(clock.wall());
        return store(request);
    }

    std::size_t rescued(testing::Driver& store) { return store(Rescue{}).value(); }
};

TEST_P(ClockJump, moves_all_leases_along_in_both_directions)
{
    for (const Micros jump : {Micros(1h), Micros(-1h)}) {
        ASSERT_TRUE(look(db));
        const WorkerId w = worker(60s);
        submit(new_run({with_timeout(30s)}));
        const Leased claimed = claim_one(w);

        clock.jump(jump);
        EXPECT_TRUE(look(db).value());
        EXPECT_EQ(db.store().clock().now(), clock.wall());
        EXPECT_FALSE(look(db).value());
        EXPECT_EQ(rescued(db), 0u);
        EXPECT_EQ(db(Expire{}).value(), 0u);

        clock.advance(30s - 1us);
        EXPECT_EQ(db(Expire{}).value(), 0u);
        EXPECT_TRUE(succeed(claimed, w));
    }
}

TEST_P(ClockJump, moves_what_is_claimed_in_the_same_group)
{
    for (const Micros jump : {Micros(1h), Micros(-1h)}) {
        ASSERT_TRUE(look(db));
        const WorkerId w = worker(60s);
        submit(new_run({with_timeout(30s)}));

        clock.jump(jump);
        CheckClock check;
        check.offset = db.store().clock().measured(clock.wall());
        const auto [moved, claimed] = db.together(check, claim_of(w, 1));
        ASSERT_TRUE(moved.value());
        ASSERT_EQ(claimed.value().size(), 1u);

        clock.advance(30s - 1us);
        EXPECT_EQ(db(Expire{}).value(), 0u);
        EXPECT_TRUE(succeed(claimed->front(), w));
    }
}

TEST_P(ClockJump, moves_the_end_of_a_run_that_the_same_group_changes)
{
    for (const Micros jump : {Micros(1h), Micros(-1h)}) {
        ASSERT_TRUE(look(db));
        const WorkerId w = worker(60s);
        Submit request = new_run(2);
        request.run.timeout = 30s;
        submit(request);
        const Leased first = claim_one(w);

        clock.jump(jump);
        CheckClock check;
        check.offset = db.store().clock().measured(clock.wall());
        const auto [moved, reported] = db.together(check, success_of(first, w));
        ASSERT_TRUE(moved.value());
        ASSERT_TRUE(reported);

        clock.advance(30s - 1us);
        EXPECT_EQ(db(Expire{}).value(), 0u);
        EXPECT_TRUE(succeed(claim_one(w), w));
    }
}

TEST_P(ClockJump, that_nobody_has_looked_at_yet_steals_nothing)
{
    ASSERT_TRUE(look(db));
    const WorkerId w = worker(60s);
    submit(new_run({with_timeout(30s)}));
    const Leased claimed = claim_one(w);

    clock.jump(1h);

    EXPECT_EQ(rescued(db), 0u);
    EXPECT_EQ(db(Expire{}).value(), 0u);
    EXPECT_TRUE(succeed(claimed, w));
}

TEST_P(ClockJump, of_less_than_a_second_is_drift)
{
    ASSERT_TRUE(look(db));
    clock.jump(999ms);

    EXPECT_FALSE(look(db).value());
}

TEST_P(ClockJump, is_followed_once_by_two_stores)
{
    if (!can_be_shared())
        return;
    const std::unique_ptr<testing::Driver> other = another_store();
    ASSERT_TRUE(look(db));
    ASSERT_TRUE(look(*other));
    const WorkerId w = worker(60s);
    submit(new_run({with_timeout(30s)}));
    const Leased claimed = claim_one(w);

    for (const Micros jump : {Micros(1h), Micros(-1h)}) {
        clock.jump(jump);
        EXPECT_TRUE(look(*other).value());
        EXPECT_EQ(rescued(db), 0u) << "judged by the old time";
        EXPECT_EQ(db(Expire{}).value(), 0u);
        EXPECT_FALSE(look(db).value());
        for (testing::Driver* store : {&db, other.get()}) {
            EXPECT_EQ(store->store().clock().now(), clock.wall());
            EXPECT_EQ(rescued(*store), 0u);
            EXPECT_EQ((*store)(Expire{}).value(), 0u);
        }
    }
    EXPECT_TRUE(succeed(claimed, w));
}

TEST_P(ClockJump, a_heartbeat_by_the_old_time_keeps_its_leases_too)
{
    if (!can_be_shared())
        return;
    const std::unique_ptr<testing::Driver> other = another_store();
    ASSERT_TRUE(look(db));
    ASSERT_TRUE(look(*other));
    const WorkerId w = worker(60s);
    submit(new_run(2));
    const Leased claimed = claim_one(w);

    clock.jump(1h);
    ASSERT_TRUE(look(*other).value());
    EXPECT_TRUE(db(beat_of(w, {claimed}))->empty());
    const Leased second = claim_one(w);

    EXPECT_EQ(rescued(*other), 0u);
    EXPECT_EQ((*other)(Expire{}).value(), 0u);
    ASSERT_FALSE(look(db).value());
    EXPECT_TRUE(succeed(claimed, w));
    EXPECT_TRUE(succeed(second, w));
}

TEST_P(ClockJump, before_a_start_of_the_program_is_not_followed)
{
    const WorkerId w = worker(60s);
    submit(new_run(1));
    claim_one(w);
    clock.jump(10s);

    EXPECT_FALSE(look(db).value()) << "the first look only learns how the clock stands";
}

INSTANTIATE_TEST_SUITE_P(Dialects, ClockJump, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::leases_test
