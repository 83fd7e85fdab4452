// SPDX-License-Identifier: Apache-2.0
// Attempts that wait by themselves: the clock of their timeout stands, and the death of their
// worker is not held against them.
#include "store/contract/contract.h"

#include <fmt/format.h>

namespace sluice::defer_test {

class DeferredTasks : public StoreContract {
protected:
    // Claimed, with ten seconds for the attempt.
    Leased begin_task(WorkerId worker, int tries_max = 1)
    {
        NewTask task = new_task();
        task.timeout = 10s;
        task.retry.tries_max = tries_max;
        submit(new_run({task}));
        return claim_one(worker);
    }

    static Defer deferring(const Leased& task, WorkerId worker, Defer::To to)
    {
        Defer request;
        request.task = task.task;
        request.run = task.run;
        request.attempt = task.attempt;
        request.worker = worker;
        request.to = to;
        return request;
    }
    Result<bool> wait(const Leased& task, WorkerId worker)
    {
        return db(deferring(task, worker, Defer::To::waits));
    }
    Result<bool> go_on(const Leased& task, WorkerId worker)
    {
        return db(deferring(task, worker, Defer::To::goes_on));
    }

    LeaseRow lease(const Leased& leased) { return task(leased.task).lease.value(); }
    std::size_t expired() { return db(Expire{}).value(); }
    std::size_t rescued() { return db(Rescue{}).value(); }

    // Pauses ("p"), resumes ("r"), waits ("d"), goes on ("g").
    void step(char what, const Leased& task)
    {
        if (what == 'p')
            ASSERT_TRUE(db(Pause{target(task.run)}));
        else if (what == 'r')
            ASSERT_TRUE(db(Resume{target(task.run)}));
        else
            ASSERT_TRUE(what == 'd' ? wait(task, w) : go_on(task, w));
    }

    const WorkerId w = worker(1000h);
};

TEST_P(DeferredTasks, have_as_much_time_afterwards_as_before)
{
    const Leased leased = begin_task(w);
    clock.advance(3s);
    ASSERT_TRUE(wait(leased, w));
    EXPECT_EQ(lease(leased).deferred_left, 7s);
    EXPECT_EQ(lease(leased).expires_at, std::nullopt);
    EXPECT_EQ(state(leased.task), TaskState::running);

    clock.advance(24h);
    EXPECT_EQ(expired(), 0u);
    ASSERT_TRUE(go_on(leased, w));
    EXPECT_EQ(lease(leased).deferred_left, std::nullopt);
    EXPECT_EQ(lease(leased).expires_at, clock.wall() + 7s);

    clock.advance(7s - 1us);
    EXPECT_EQ(expired(), 0u);
    clock.advance(1us);
    EXPECT_EQ(expired(), 1u);
    EXPECT_EQ(task(leased.task).done->error, "Timeout");
}

TEST_P(DeferredTasks, without_a_timeout_get_none)
{
    submit(new_run(1));
    const Leased leased = claim_one(w);
    ASSERT_TRUE(wait(leased, w));
    EXPECT_EQ(lease(leased).deferred_left, 0s);
    ASSERT_TRUE(go_on(leased, w));
    EXPECT_EQ(lease(leased).deferred_left, std::nullopt);
    EXPECT_EQ(lease(leased).expires_at, std::nullopt);
}

TEST_P(DeferredTasks, do_not_mind_being_told_again)
{
    const Leased leased = begin_task(w);
    EXPECT_TRUE(go_on(leased, w)) << "it has never waited";
    const std::optional<Time> end = lease(leased).expires_at;
    EXPECT_EQ(end, clock.wall() + 10s);
    ASSERT_TRUE(wait(leased, w));
    clock.advance(5s);
    ASSERT_TRUE(wait(leased, w));
    EXPECT_EQ(lease(leased).deferred_left, 10s);
    ASSERT_TRUE(go_on(leased, w));
    clock.advance(2s);
    ASSERT_TRUE(go_on(leased, w));
    EXPECT_EQ(lease(leased).expires_at, clock.wall() + 8s);
}

TEST_P(DeferredTasks, are_moved_by_who_holds_them)
{
    const Leased leased = begin_task(w);
    const WorkerId other = worker();
    EXPECT_EQ(wait(leased, other).error().code, Errc::conflict);
    Leased earlier = leased;
    --earlier.attempt;
    EXPECT_EQ(wait(earlier, w).error().code, Errc::conflict);
    EXPECT_EQ(lease(leased).deferred_left, std::nullopt);
    ASSERT_TRUE(succeed(leased, w));
    EXPECT_EQ(wait(leased, w).error().code, Errc::conflict);
    EXPECT_EQ(go_on(leased, w).error().code, Errc::conflict);
}

TEST_P(DeferredTasks, that_a_target_has_accepted_are_not_the_workers)
{
    submit(new_run(1));
    Claim request = claim_of(w, 1);
    request.as = Claim::As::claimed;
    const Leased leased = db(request).value().at(0);
    ASSERT_TRUE(db(Start{leased.task, leased.run, leased.attempt, w, LeaseOwner::target}));
    EXPECT_EQ(wait(leased, w).error().code, Errc::conflict);
}

TEST_P(DeferredTasks, that_are_paused_too_go_on_when_both_are_over)
{
    for (const std::string_view order : {"dpgr", "dprg", "pdgr", "pdrg", "dgpr", "prdg"}) {
        SCOPED_TRACE(order);
        const Leased leased = begin_task(w);
        clock.advance(4s);
        for (const char what : order) {
            step(what, leased);
            const LeaseRow now = lease(leased);
            if (now.paused_left || now.deferred_left) { // a time in which nothing is spent
                EXPECT_EQ(now.expires_at, std::nullopt);
                clock.advance(1h);
                EXPECT_EQ(expired(), 0u);
            }
        }
        EXPECT_EQ(state(leased.task), TaskState::running);
        EXPECT_EQ(lease(leased).expires_at, clock.wall() + 6s);
        ASSERT_TRUE(succeed(leased, w));
    }
}

TEST_P(DeferredTasks, that_begin_only_then_have_their_whole_time_left)
{
    NewTask timed = new_task();
    timed.timeout = 10s;
    submit(new_run({timed}));
    Claim request = claim_of(w, 1);
    request.as = Claim::As::claimed;
    const Leased leased = db(request).value().at(0);
    ASSERT_TRUE(wait(leased, w));
    clock.advance(6s);
    ASSERT_TRUE(db(Start{leased.task, leased.run, leased.attempt, w}));
    EXPECT_EQ(lease(leased).deferred_left, 10s);
    ASSERT_TRUE(go_on(leased, w));
    EXPECT_EQ(lease(leased).expires_at, clock.wall() + 10s);
}

TEST_P(DeferredTasks, do_not_notice_that_the_clock_is_set)
{
    const auto look = [this](testing::Driver& store) {
        CheckClock request;
        request.offset = store.store().clock().measured(clock.wall());
        return store(request).value();
    };
    look(db);
    const Leased leased = begin_task(w);
    clock.advance(4s);
    ASSERT_TRUE(wait(leased, w));
    for (const Micros jump : {Micros(2h), Micros(-1h)}) {
        clock.jump(jump);
        EXPECT_TRUE(look(db));
    }
    EXPECT_EQ(expired(), 0u);
    EXPECT_EQ(lease(leased).deferred_left, 6s);
    ASSERT_TRUE(go_on(leased, w));
    EXPECT_EQ(lease(leased).expires_at, clock.wall() + 6s);

    if (!can_be_shared())
        return;
    const auto other = another_store();
    look(*other);
    clock.jump(3h);
    EXPECT_TRUE(look(*other)) << "the first store has not seen the new time yet";
    ASSERT_TRUE(wait(leased, w));
    EXPECT_EQ(lease(leased).deferred_left, 6s);
    clock.jump(3h);
    EXPECT_TRUE(look(*other));
    ASSERT_TRUE(go_on(leased, w));
    EXPECT_EQ(lease(leased).expires_at, clock.wall() + 6s);
}

TEST_P(DeferredTasks, of_dead_workers_come_back_as_often_as_it_takes)
{
    const Leased first = begin_task(w);
    ASSERT_TRUE(db(giving_back(first, w)));
    for (int death = 1; death <= 5; ++death) {
        const WorkerId mortal = worker(1s);
        const Leased leased = claim_one(mortal);
        EXPECT_EQ(leased.attempt, death + 1);
        EXPECT_EQ(leased.tries, 0);
        ASSERT_TRUE(wait(leased, mortal));
        clock.advance(4s);
        EXPECT_EQ(rescued(), 1u);
        const Reads::Task back = task(leased.task);
        EXPECT_EQ(back.state, TaskState::pending);
        EXPECT_EQ(back.place->rescues, 0);
        const AttemptRow last = attempts(leased.task).back();
        EXPECT_EQ(last.end, AttemptEnd::rescued);
        EXPECT_EQ(
            last.error, fmt::format("the worker died during the wait of attempt {}", death + 1)
        );
    }
}

TEST_P(DeferredTasks, have_their_recoveries_still_when_they_go_on)
{
    Leased leased = begin_task(w);
    ASSERT_TRUE(db(giving_back(leased, w)));
    for (int death = 1; death <= 8; ++death) { // every second one counts
        const WorkerId mortal = worker(1h);
        leased = claim_one(mortal);
        ASSERT_TRUE(wait(leased, mortal));
        if (death % 2 == 0) {
            ASSERT_TRUE(go_on(leased, mortal));
        }
        ASSERT_TRUE(db(ReleaseWorker{mortal, 0s}));
        EXPECT_EQ(rescued(), 1u);
        EXPECT_EQ(state(leased.task), death < 8 ? TaskState::pending : TaskState::failed) << death;
    }
    EXPECT_EQ(
        task(leased.task).done->error,
        "ABANDONED: the worker died during attempt 9, for the 4th time"
    );
}

TEST_P(DeferredTasks, of_a_dead_worker_stay_paused)
{
    const WorkerId mortal = worker(1s);
    const Leased leased = begin_task(mortal);
    ASSERT_TRUE(wait(leased, mortal));
    ASSERT_TRUE(db(Pause{target(leased.run)}));
    clock.advance(4s);
    EXPECT_EQ(rescued(), 1u);
    EXPECT_EQ(state(leased.task), TaskState::paused);
    EXPECT_EQ(task(leased.task).place->rescues, 0);
    ASSERT_TRUE(db(Resume{target(leased.run)}));
    EXPECT_EQ(drain(w), 1u);
}

TEST_P(DeferredTasks, are_handed_back_without_using_up_a_try)
{
    const Leased leased = begin_task(w);
    ASSERT_TRUE(wait(leased, w));
    ASSERT_TRUE(db(giving_back(leased, w)));
    const Leased again = claim_one(w);
    EXPECT_EQ(again.tries, 0);
    EXPECT_EQ(lease(again).deferred_left, std::nullopt);
    EXPECT_EQ(lease(again).place.rescues, 0);
    EXPECT_EQ(attempts(leased.task).at(0).end, AttemptEnd::returned);
}

TEST_P(DeferredTasks, end_as_others_do)
{
    const Leased failing = begin_task(w, 2);
    ASSERT_TRUE(wait(failing, w));
    EXPECT_EQ(fail(failing, w)->state, TaskState::pending) << "that was one try";
    const Leased again = claim_one(w);
    EXPECT_EQ(again.tries, 1);
    ASSERT_TRUE(wait(again, w));
    ASSERT_TRUE(db(Cancel{target(again.run)}));
    EXPECT_EQ(run_state_of(again.run), RunState::canceled);
    EXPECT_EQ(go_on(again, w).error().code, Errc::conflict);

    const Leased leased = begin_task(w);
    ASSERT_TRUE(wait(leased, w));
    const auto [back, ended] =
        db.together(deferring(leased, w, Defer::To::goes_on), success_of(leased, w));
    EXPECT_TRUE(back && ended);
    EXPECT_EQ(state(leased.task), TaskState::succeeded);
}

TEST_P(DeferredTasks, may_be_moved_more_than_once_in_a_group)
{
    const Leased leased = begin_task(w);
    clock.advance(1s);
    const Defer waits = deferring(leased, w, Defer::To::waits);
    const Defer goes_on = deferring(leased, w, Defer::To::goes_on);
    const auto [a, b, c] = db.together(waits, goes_on, waits);
    EXPECT_TRUE(a && b && c);
    EXPECT_EQ(lease(leased).deferred_left, 9s);
}

TEST_P(DeferredTasks, tell_when_their_time_ends)
{
    const Leased leased = begin_task(w);
    ASSERT_TRUE(wait(leased, w));
    clock.advance(1h);
    (void)db.take_changes();
    ASSERT_TRUE(go_on(leased, w));
    std::optional<Time> due;
    for (const Changes& changes : db.take_changes())
        Changes::keep_earlier(due, changes.earliest_due);
    EXPECT_EQ(due, clock.wall() + 10s);
}

TEST_P(DeferredTasks, are_read_with_their_parents)
{
    Submit request = new_run(2, {{0, 1}});
    request.tasks[1].parents.dependencies = {0};
    const Submitted submitted = submit(std::move(request));
    ASSERT_TRUE(succeed(claim_one(w), w));
    const Leased leased = claim_one(w);
    ASSERT_TRUE(wait(leased, w));
    const std::string parents = fmt::format("{}", submitted.tasks[0].value);
    const Reads::Task one = task(leased.task);
    EXPECT_EQ(one.row.parents, parents);
    EXPECT_EQ(one.lease->deferred_left, 0s);
    const auto all = db.read([run = leased.run](Reads& reads) {
        Reads::TaskFilter filter;
        filter.run = run;
        return reads.tasks(filter);
    });
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].row.parents, "");
    EXPECT_EQ(all[1].row.parents, parents);
    EXPECT_EQ(all[1].lease->deferred_left, 0s);
}

INSTANTIATE_TEST_SUITE_P(Dialects, DeferredTasks, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::defer_test
