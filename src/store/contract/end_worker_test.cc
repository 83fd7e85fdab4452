// SPDX-License-Identifier: Apache-2.0
// The end of a pod, as told by whoever watches it.
#include "store/contract/contract.h"

namespace sluice::end_worker_test {

class EndedWorkers : public StoreContract {
protected:
    WorkerId pod(const std::string& name)
    {
        RegisterWorker request;
        request.name = name;
        request.kind = RegisterWorker::Kind::remote;
        request.lease = 1h;
        return db(request).value();
    }

    Submitted submit_job(std::size_t datums, int tries_max = 3)
    {
        Submit request = new_run(datums);
        for (NewTask& datum : request.tasks)
            datum.retry.tries_max = tries_max;
        request.run.kind = RunKind::job;
        request.run.cluster_job = NewClusterJob{"jobs"};
        return submit(std::move(request));
    }

    static EndWorker end_of(RunId run, std::string name, EndWorker::As as, std::string reason)
    {
        EndWorker request;
        request.run = run;
        request.name = std::move(name);
        request.as = as;
        request.reason = std::move(reason);
        return request;
    }

    // One datum is claimed by a pod, which ends then.
    void end_once(const Submitted& job, EndWorker::As as, const std::string& reason)
    {
        claim_one(pod("pod"));
        EXPECT_EQ(db(end_of(job.run, "pod", as, reason)).value(), 1u);
    }
};

TEST_P(EndedWorkers, give_back_what_they_hold_at_once_and_for_the_reason_that_is_told)
{
    const Submitted job = submit_job(2);
    const WorkerId evicted = pod("pod-1");
    const std::vector<Leased> held = claim(evicted);
    db.take_changes();

    const EndWorker end = end_of(job.run, "pod-1", EndWorker::As::returned, "Evicted: node low");
    EXPECT_EQ(db(end).value(), 2u);

    EXPECT_EQ(states(job.tasks), std::vector<TaskState>(2, TaskState::pending));
    const std::vector<AttemptRow> log = attempts(job.tasks[0]);
    ASSERT_EQ(log.size(), 1u);
    EXPECT_EQ(log[0].end, AttemptEnd::returned);
    EXPECT_EQ(log[0].error, "Evicted: node low");
    EXPECT_EQ(claim_one(pod("pod-2")).tries, 0) << "an eviction is no try";
    EXPECT_EQ(succeed(held[0], evicted).error().code, Errc::conflict);
    std::size_t lost = 0;
    for (const Changes& changes : db.take_changes())
        lost += changes.lost_leases.size();
    EXPECT_EQ(lost, 2u);
    EXPECT_EQ(db(end).value(), 0u) << "told twice";
}

TEST_P(EndedWorkers, use_up_a_try_when_their_memory_has_run_out)
{
    const Submitted job = submit_job(1, 2);
    const std::string reason = "OOMKilled: the datum used more than 64Mi";
    end_once(job, EndWorker::As::failed, reason);
    EXPECT_EQ(attempts(job.tasks[0]).at(0).end, AttemptEnd::failed);
    EXPECT_EQ(attempts(job.tasks[0]).at(0).error, reason);
    end_once(job, EndWorker::As::failed, reason);

    EXPECT_EQ(state(job.tasks[0]), TaskState::failed);
    EXPECT_EQ(task(job.tasks[0]).done->error, reason);
    EXPECT_EQ(task(job.tasks[0]).done->tries, 2);
    EXPECT_EQ(run_state_of(job.run), RunState::failed);
}

TEST_P(EndedWorkers, that_crash_a_third_time_abandon_the_datum)
{
    const Submitted job = submit_job(1, 10);
    for (int i = 1; i <= 3; ++i)
        end_once(job, EndWorker::As::rescued, "exit code 139");

    EXPECT_EQ(attempts(job.tasks[0]).size(), 2u);
    EXPECT_EQ(attempts(job.tasks[0]).at(0).end, AttemptEnd::rescued);
    EXPECT_EQ(
        attempts(job.tasks[0]).at(0).error, "the worker died during attempt 1: exit code 139"
    );
    EXPECT_EQ(
        task(job.tasks[0]).done->error,
        "ABANDONED: the worker died during attempt 3, for the 3rd time: exit code 139"
    );
}

TEST_P(EndedWorkers, end_in_their_own_run_and_by_their_own_name)
{
    const Submitted job = submit_job(2);
    const WorkerId one = pod("pod-1");
    const WorkerId two = pod("pod-2");
    const Leased first_datum = claim_one(one);
    const Leased second_datum = claim_one(two);
    const Submitted other = submit_job(1);
    const Leased elsewhere = claim_one(one);

    EXPECT_EQ(db(end_of(job.run, "pod-1", EndWorker::As::returned, "x")).value(), 1u);
    EXPECT_EQ(db(end_of(job.run, "pod-3", EndWorker::As::returned, "x")).value(), 0u);

    EXPECT_EQ(state(first_datum.task), TaskState::pending);
    EXPECT_TRUE(succeed(second_datum, two));
    EXPECT_TRUE(succeed(elsewhere, one)) << "of a name that another run has, too";
    EXPECT_EQ(run_state_of(other.run), RunState::succeeded);
}

TEST_P(EndedWorkers, that_two_servers_knew_end_at_both)
{
    const Submitted job = submit_job(2);
    claim_one(pod("pod"));
    claim_one(pod("pod"));
    EXPECT_EQ(db(end_of(job.run, "pod", EndWorker::As::returned, "x")).value(), 2u);
    EXPECT_EQ(states(job.tasks), std::vector<TaskState>(2, TaskState::pending));
}

TEST_P(EndedWorkers, leave_a_paused_datum_paused)
{
    for (const EndWorker::As as :
         {EndWorker::As::returned, EndWorker::As::failed, EndWorker::As::rescued}) {
        const Submitted job = submit_job(1);
        claim_one(pod("pod"));
        ASSERT_TRUE(db(Pause{target(job.run)}));
        EXPECT_EQ(db(end_of(job.run, "pod", as, "x")).value(), 1u);
        EXPECT_EQ(state(job.tasks[0]), TaskState::paused);
        ASSERT_TRUE(db(Resume{target(job.run)}));
        clock.advance(10min);
        (void)db(Tick{});
        EXPECT_EQ(drain(pod("another")), 1u);
    }
}

TEST_P(EndedWorkers, are_told_of_by_the_leader_of_their_job)
{
    const WorkerId leader = worker();
    const Submitted job = submit_job(1);
    ASSERT_EQ(db(TakeClusterJobs{leader, "jobs"}).value().size(), 1u);
    claim_one(pod("pod"));
    EndWorker end = end_of(job.run, "pod", EndWorker::As::returned, "x");
    end.leader = worker();
    EXPECT_EQ(db(end).error().code, Errc::conflict);
    end.leader = leader;
    EXPECT_EQ(db(end).value(), 1u);
}

TEST_P(EndedWorkers, change_nothing_of_a_run_that_is_over)
{
    const Submitted job = submit_job(1);
    const WorkerId w = pod("pod");
    const Leased task = claim_one(w);
    const auto [reported, ended] =
        db.together(success_of(task, w), end_of(job.run, "pod", EndWorker::As::failed, "too late"));
    EXPECT_TRUE(reported);
    EXPECT_EQ(ended.value(), 0u);
    EXPECT_EQ(run_state_of(job.run), RunState::succeeded);
    EXPECT_EQ(db(end_of(job.run, "pod", EndWorker::As::failed, "too late")).value(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Dialects, EndedWorkers, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::end_worker_test
