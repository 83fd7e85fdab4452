// SPDX-License-Identifier: Apache-2.0
// Leases of targets: a webhook's target has accepted a task, works by itself and reports from
// outside.
#include "store/contract/contract.h"

namespace sluice::targets_test {

class TargetLeases : public StoreContract {
protected:
    // A task that is leased by a worker; it has 90 s once its target has accepted.
    Leased claimed(WorkerId by, int tries_max = 1)
    {
        NewTask task = new_task();
        task.timeout = 90s;
        task.retry.tries_max = tries_max;
        submit(new_run({task}));
        Claim request = claim_of(by, 1);
        request.as = Claim::As::claimed;
        return db(request).value().at(0);
    }

    Result<bool> accept(const Leased& task, WorkerId by)
    {
        Start request;
        request.task = task.task;
        request.run = task.run;
        request.attempt = task.attempt;
        request.worker = by;
        request.owner = LeaseOwner::target;
        return db(request);
    }

    // From outside: of no worker; attempt 0 is whichever runs.
    Result<Finished> report(const Leased& task, int attempt = 0)
    {
        Finish request = success_of(task, WorkerId());
        request.attempt = attempt;
        return db(request);
    }
};

TEST_P(TargetLeases, outlive_the_worker_that_started_them)
{
    const WorkerId dead = worker(60s);
    const Leased task = claimed(dead);
    ASSERT_TRUE(accept(task, dead));
    ReleaseWorker release;
    release.worker = dead;
    ASSERT_TRUE(db(release));

    EXPECT_EQ(db(Rescue{}).value(), 0u);
    EXPECT_EQ(state(task.task), TaskState::running);
    EXPECT_TRUE(report(task));
    EXPECT_EQ(state(task.task), TaskState::succeeded);
}

TEST_P(TargetLeases, of_what_no_target_has_accepted_are_rescued)
{
    const WorkerId dead = worker(60s);
    const Leased task = claimed(dead);
    ReleaseWorker release;
    release.worker = dead;
    ASSERT_TRUE(db(release));

    EXPECT_EQ(db(Rescue{}).value(), 1u);
    EXPECT_EQ(state(task.task), TaskState::pending);
    EXPECT_EQ(accept(task, dead).error().code, Errc::conflict);
}

TEST_P(TargetLeases, end_by_their_timeout_which_counts_from_the_acceptance)
{
    const WorkerId w = worker(1h);
    const Leased task = claimed(w);
    clock.advance(60s);
    ASSERT_TRUE(accept(task, w));
    clock.advance(90s - 1us);
    EXPECT_EQ(db(Expire{}).value(), 0u);
    EXPECT_EQ(db(Rescue{}).value(), 0u);
    clock.advance(1us);

    EXPECT_EQ(db(Expire{}).value(), 1u);
    EXPECT_EQ(state(task.task), TaskState::failed);
    EXPECT_EQ(this->task(task.task).done->error, "Timeout");
    EXPECT_EQ(report(task).error().code, Errc::conflict);
}

TEST_P(TargetLeases, accept_reports_of_their_attempt_only)
{
    const WorkerId w = worker(1h);
    const Leased task = claimed(w, 2);
    ASSERT_TRUE(fail(task, w));
    const Leased again = claim_one(w);
    ASSERT_TRUE(accept(again, w));

    EXPECT_EQ(report(task, task.attempt).error().code, Errc::conflict);
    EXPECT_TRUE(report(task, again.attempt));
}

TEST_P(TargetLeases, may_be_ended_before_the_acceptance_is_known)
{
    const WorkerId w = worker(1h);
    const Leased task = claimed(w);
    ASSERT_TRUE(report(task));

    EXPECT_EQ(accept(task, w).error().code, Errc::conflict);
    EXPECT_EQ(state(task.task), TaskState::succeeded);
}

TEST_P(TargetLeases, are_the_workers_again_in_the_next_attempt)
{
    const WorkerId w = worker(1h);
    const Leased task = claimed(w);
    ASSERT_TRUE(accept(task, w));
    ASSERT_TRUE(accept(task, w)) << "a repeated call changes nothing";
    EXPECT_EQ(this->task(task.task).lease->owner, LeaseOwner::target);
    ASSERT_TRUE(db(giving_back(task, w)));

    EXPECT_EQ(this->task(claim_one(w).task).lease->owner, LeaseOwner::process);
}

INSTANTIATE_TEST_SUITE_P(Dialects, TargetLeases, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::targets_test
