// SPDX-License-Identifier: Apache-2.0
// Jobs that run on Kubernetes: who looks after them, and what is told of them.
#include "store/cluster_reads.h"
#include "store/contract/contract.h"

#include <fmt/format.h>

namespace sluice::cluster_jobs_test {

class ClusterJobs : public StoreContract {
protected:
    static Submit job_of(std::size_t datums)
    {
        Submit request = new_run(datums);
        request.run.kind = RunKind::job;
        request.run.cluster_job = NewClusterJob{"jobs"};
        return request;
    }

    Submitted submit_job(std::size_t datums = 1) { return submit(job_of(datums)); }

    std::vector<LedJob>
    take(WorkerId leader, std::size_t limit = 200, const std::string& name_space = "jobs")
    {
        TakeClusterJobs request;
        request.worker = leader;
        request.name_space = name_space;
        request.limit = limit;
        return db(request).value();
    }

    std::vector<RunId> taken(WorkerId leader)
    {
        std::vector<RunId> runs;
        for (const LedJob& job : take(leader))
            runs.push_back(job.row.run);
        return runs;
    }

    static NoteClusterJob note(RunId run, WorkerId leader)
    {
        NoteClusterJob request;
        request.run = run;
        request.worker = leader;
        return request;
    }

    Result<bool> note_phase(RunId run, WorkerId leader, ClusterPhase phase)
    {
        NoteClusterJob request = note(run, leader);
        request.phase = phase;
        return db(request);
    }

    Result<bool> note_trouble(RunId run, WorkerId leader, const std::string& trouble)
    {
        NoteClusterJob request = note(run, leader);
        request.trouble = trouble;
        return db(request);
    }

    std::optional<ClusterJobRow> find(RunId run)
    {
        return db.read([run](Reads& reads) { return reads.cluster().job(run); });
    }
    ClusterJobRow row(RunId run) { return find(run).value(); }

    bool was_told()
    {
        bool told = false;
        for (const Changes& changes : db.take_changes())
            told = told || changes.cluster_jobs;
        return told;
    }

    using Runs = std::vector<RunId>;
};

TEST_P(ClusterJobs, come_with_their_run_and_are_wanted_at_first)
{
    db.take_changes();
    const Submitted job = submit_job();
    EXPECT_TRUE(was_told());

    ClusterJobRow expected;
    expected.run = job.run;
    expected.name_space = "jobs";
    EXPECT_EQ(row(job.run), expected);

    const Submitted plain = submit(new_run(1));
    EXPECT_FALSE(find(plain.run));
    EXPECT_FALSE(was_told());
    const Runs asked{plain.run, job.run, RunId{99}};
    EXPECT_EQ(
        db.read([asked](Reads& reads) { return reads.cluster().known(asked); }), Runs{job.run}
    );
}

TEST_P(ClusterJobs, do_not_come_when_their_run_does_not)
{
    const WorkerId leader = worker();
    Submit named = job_of(1);
    named.run.name = "one";
    const auto [one, two] = db.together(named, named);
    ASSERT_TRUE(one);
    ASSERT_FALSE(two);

    EXPECT_EQ(taken(leader), Runs{one->run});
}

TEST_P(ClusterJobs, that_are_staged_come_when_they_are_published_and_go_with_a_dead_loader)
{
    const WorkerId leader = worker(1h);
    StageRun stage;
    stage.run = job_of(0).run;
    const RunId published = db(stage).value().run;
    const RunId left = db(stage).value().run;
    StageTasks tasks;
    tasks.run = published;
    tasks.tasks.assign(2, new_task());
    ASSERT_TRUE(db(tasks));
    EXPECT_TRUE(take(leader).empty());
    db.take_changes();

    PublishRun publish;
    publish.run = published;
    ASSERT_TRUE(db(publish));

    EXPECT_TRUE(was_told());
    EXPECT_EQ(taken(leader), Runs{published});
    clock.advance(2min);
    while (db(Sweep{}).value() > 0)
        continue;
    EXPECT_FALSE(find(left));
}

TEST_P(ClusterJobs, tell_their_leader_what_it_must_know)
{
    const WorkerId leader = worker();
    Submit request = job_of(3);
    request.run.name = "words";
    const Submitted job = submit(std::move(request));

    const std::vector<LedJob> jobs = take(leader);

    ASSERT_EQ(jobs.size(), 1u);
    EXPECT_EQ(jobs[0].row.run, job.run);
    EXPECT_EQ(jobs[0].row.leader, leader);
    EXPECT_EQ(jobs[0].row.name_space, "jobs");
    EXPECT_EQ(jobs[0].name, "words");
    EXPECT_EQ(jobs[0].state, RunState::active);
    EXPECT_EQ(jobs[0].run_created_at, job.created_at);
    EXPECT_EQ(jobs[0].datums, 3);
    EXPECT_EQ(db.read([leader](Reads& reads) { return reads.cluster().led_by(leader); }), jobs);
}

TEST_P(ClusterJobs, are_led_by_one_living_worker)
{
    const WorkerId one = worker();
    const WorkerId two = worker();
    const Submitted first_job = submit_job();
    const Submitted second_job = submit_job();

    EXPECT_EQ(take(one, 1).at(0).row.run, first_job.run) << "the oldest first";
    EXPECT_EQ(taken(two), Runs{second_job.run});
    EXPECT_TRUE(take(one).empty());
    EXPECT_EQ(db(TakeClusterJobs{WorkerId{77}, "jobs"}).error().code, Errc::not_found);
}

TEST_P(ClusterJobs, are_led_by_who_sees_their_namespace)
{
    Submit elsewhere = job_of(1);
    elsewhere.run.cluster_job = NewClusterJob{"tests"};
    const Submitted other_job = submit(std::move(elsewhere));
    const Submitted job = submit_job();
    const WorkerId one = worker();
    const WorkerId two = worker();

    EXPECT_EQ(taken(one), Runs{job.run});
    const std::vector<LedJob> there = take(two, 200, "tests");
    ASSERT_EQ(there.size(), 1u);
    EXPECT_EQ(there[0].row.run, other_job.run);
    EXPECT_EQ(there[0].row.name_space, "tests");
}

TEST_P(ClusterJobs, follow_a_leader_that_is_dead)
{
    const WorkerId dead = worker(10s);
    const WorkerId heir = worker(1h);
    const Submitted job = submit_job();
    take(dead);

    clock.advance(12s);
    EXPECT_TRUE(take(heir).empty()) << "as its leases, it is left in peace for two seconds";
    clock.advance(1us);
    EXPECT_EQ(taken(heir), Runs{job.run});
    EXPECT_EQ(note_trouble(job.run, dead, "late").error().code, Errc::conflict);
}

TEST_P(ClusterJobs, whose_leader_is_dead_are_offered_to_others)
{
    const WorkerId dead = worker(10s);
    const Submitted job = submit_job();
    take(dead);
    clock.advance(12s);
    db.take_changes();
    db(Rescue{}).value();
    EXPECT_FALSE(was_told());

    clock.advance(1us);
    db(Rescue{}).value();
    EXPECT_TRUE(was_told());
    EXPECT_FALSE(row(job.run).leader);
    db(Rescue{}).value();
    EXPECT_FALSE(was_told()) << "once";
}

TEST_P(ClusterJobs, follow_a_leader_that_was_forgotten)
{
    const WorkerId gone = worker(1s);
    const Submitted job = submit_job();
    take(gone);
    clock.advance(10min);
    db(Rescue{}).value();

    EXPECT_EQ(taken(worker()), Runs{job.run});
}

TEST_P(ClusterJobs, stay_with_their_leader_when_the_clock_is_set)
{
    const auto look = [this](testing::Driver& store) {
        CheckClock request;
        request.offset = store.store().clock().measured(clock.wall());
        return store(request).value();
    };
    look(db);
    const WorkerId leader = worker();
    const WorkerId other = worker();
    submit_job();
    take(leader);
    clock.jump(3h);
    ASSERT_TRUE(look(db));
    EXPECT_TRUE(take(other).empty());
}

TEST_P(ClusterJobs, are_noted_by_their_leader_only)
{
    const WorkerId leader = worker();
    const Submitted job = submit_job();
    EXPECT_EQ(note_trouble(job.run, leader, "x").error().code, Errc::conflict) << "nobody leads";
    take(leader);
    EXPECT_TRUE(note_trouble(job.run, leader, "x").value());
    EXPECT_EQ(note_trouble(job.run, worker(), "y").error().code, Errc::conflict);
    EXPECT_EQ(row(job.run).trouble, "x");

    const Submitted plain = submit(new_run(1));
    EXPECT_EQ(note_trouble(plain.run, leader, "x").error().code, Errc::not_found);
    EXPECT_EQ(note_trouble(RunId{99}, leader, "x").error().code, Errc::not_found);
}

TEST_P(ClusterJobs, know_the_kubernetes_job_that_was_created_last)
{
    const WorkerId leader = worker(1h);
    const Submitted job = submit_job();
    take(leader);
    NoteClusterJob created = note(job.run, leader);
    created.phase = ClusterPhase::created;
    created.uid = "uid-1";
    const Time first_time = clock.wall();
    EXPECT_TRUE(db(created).value());
    clock.advance(10s);
    EXPECT_FALSE(db(created).value()) << "nothing new";
    EXPECT_EQ(row(job.run).created_at, first_time);
    created.uid = "uid-1b";
    EXPECT_TRUE(db(created).value());
    EXPECT_EQ(row(job.run).uid, "uid-1b");
    EXPECT_EQ(row(job.run).created_at, first_time) << "one that is made again is as old";

    ASSERT_TRUE(note_phase(job.run, leader, ClusterPhase::wanted)) << "it went away";
    created.uid = "uid-2";
    EXPECT_TRUE(db(created).value());

    EXPECT_EQ(row(job.run).phase, ClusterPhase::created);
    EXPECT_EQ(row(job.run).uid, "uid-2");
    EXPECT_EQ(row(job.run).created_at, first_time + 10s);
}

TEST_P(ClusterJobs, only_go_on)
{
    const WorkerId leader = worker();
    const Submitted job = submit_job();
    take(leader);
    for (const ClusterPhase phase : {ClusterPhase::created, ClusterPhase::begun})
        ASSERT_TRUE(note_phase(job.run, leader, phase));
    ASSERT_TRUE(db(Cancel{target(job.run)}));
    ASSERT_TRUE(note_phase(job.run, leader, ClusterPhase::ending));
    for (const ClusterPhase phase :
         {ClusterPhase::wanted, ClusterPhase::created, ClusterPhase::begun})
        EXPECT_EQ(note_phase(job.run, leader, phase).error().code, Errc::conflict);
    EXPECT_EQ(row(job.run).phase, ClusterPhase::ending);
}

TEST_P(ClusterJobs, end_after_their_run)
{
    const WorkerId leader = worker();
    const Submitted job = submit_job();
    take(leader);
    ASSERT_TRUE(note_phase(job.run, leader, ClusterPhase::begun));
    for (const ClusterPhase phase : {ClusterPhase::ending, ClusterPhase::gone})
        EXPECT_EQ(note_phase(job.run, leader, phase).error().code, Errc::conflict);
    EXPECT_EQ(row(job.run).phase, ClusterPhase::begun);

    ASSERT_TRUE(db(Cancel{target(job.run)}));
    EXPECT_TRUE(note_phase(job.run, leader, ClusterPhase::ending));
    EXPECT_TRUE(note_phase(job.run, leader, ClusterPhase::gone));
}

TEST_P(ClusterJobs, that_are_gone_are_looked_after_by_nobody)
{
    const WorkerId leader = worker(1s);
    const Submitted job = submit_job();
    take(leader);
    ASSERT_TRUE(db(Cancel{target(job.run)}));
    ASSERT_TRUE(note_phase(job.run, leader, ClusterPhase::gone));
    EXPECT_TRUE(db.read([leader](Reads& reads) { return reads.cluster().led_by(leader); }).empty());
    clock.advance(1h);
    EXPECT_TRUE(take(worker()).empty());
    EXPECT_EQ(row(job.run).phase, ClusterPhase::gone) << "until the run is deleted";
}

TEST_P(ClusterJobs, are_in_trouble_since_its_first_word)
{
    const WorkerId leader = worker(1h);
    const Submitted job = submit_job();
    take(leader);
    const Time began = clock.wall();
    ASSERT_TRUE(note_trouble(job.run, leader, "ErrImagePull"));
    clock.advance(10s);
    ASSERT_TRUE(note_trouble(job.run, leader, "ImagePullBackOff"));
    EXPECT_EQ(row(job.run).trouble, "ImagePullBackOff");
    EXPECT_EQ(row(job.run).trouble_since, began);

    NoteClusterJob pods = note(job.run, leader);
    pods.pods = "{\"pending\":1}";
    ASSERT_TRUE(db(pods));
    EXPECT_EQ(row(job.run).trouble, "ImagePullBackOff") << "what is not set stays";
    EXPECT_EQ(row(job.run).pods, "{\"pending\":1}");

    ASSERT_TRUE(note_trouble(job.run, leader, ""));
    EXPECT_EQ(row(job.run).trouble_since, std::nullopt);
    clock.advance(10s);
    ASSERT_TRUE(note_trouble(job.run, leader, "Unschedulable"));
    EXPECT_EQ(row(job.run).trouble_since, began + 20s);
}

TEST_P(ClusterJobs, that_fail_end_their_leases_and_say_why)
{
    const WorkerId leader = worker();
    const WorkerId w = worker();
    const Submitted job = submit_job(2);
    take(leader);
    const Leased task = claim_one(w);
    db.take_changes();

    EXPECT_TRUE(db(FailRun{job.run, leader, "Kubernetes: DeadlineExceeded"}).value());

    EXPECT_EQ(run_state_of(job.run), RunState::failed);
    EXPECT_EQ(run(job.run).detail.error, "Kubernetes: DeadlineExceeded");
    EXPECT_EQ(states(job.tasks), std::vector<TaskState>(2, TaskState::canceled));
    EXPECT_EQ(succeed(task, w).error().code, Errc::conflict);
    bool lost = false;
    for (const Changes& changes : db.take_changes())
        lost = lost || !changes.lost_leases.empty();
    EXPECT_TRUE(lost) << "who works on it is told";
    EXPECT_FALSE(db(FailRun{job.run, leader, "again"}).value());
    EXPECT_EQ(run(job.run).detail.error, "Kubernetes: DeadlineExceeded");
}

TEST_P(ClusterJobs, are_failed_by_their_leader_only)
{
    const WorkerId leader = worker();
    const Submitted job = submit_job();
    take(leader);
    EXPECT_EQ(db(FailRun{job.run, worker(), "no"}).error().code, Errc::conflict);
    EXPECT_EQ(db(FailRun{RunId{99}, leader, "no"}).error().code, Errc::not_found);
    EXPECT_EQ(run_state_of(job.run), RunState::active);
    EXPECT_TRUE(db(FailRun{job.run, WorkerId{}, "whoever asks"}).value());
}

TEST_P(ClusterJobs, that_fail_together_with_their_last_report_have_ended_well)
{
    const WorkerId leader = worker();
    const WorkerId w = worker();
    const Submitted job = submit_job();
    take(leader);
    const Leased task = claim_one(w);

    const auto [reported, failed] =
        db.together(success_of(task, w), FailRun{job.run, leader, "its pods are gone"});

    EXPECT_TRUE(reported);
    EXPECT_FALSE(failed.value());
    EXPECT_EQ(run_state_of(job.run), RunState::succeeded);
}

TEST_P(ClusterJobs, are_wanted_again_when_a_run_that_was_over_lives_again)
{
    const WorkerId leader = worker();
    const WorkerId w = worker();
    Submit request = job_of(1);
    request.tasks[0].retry.tries_max = 1;
    const Submitted job = submit(std::move(request));
    take(leader);
    ASSERT_EQ(fail(claim_one(w), w).value().state, TaskState::failed);
    ASSERT_TRUE(note_trouble(job.run, leader, "Unschedulable"));
    ASSERT_TRUE(note_phase(job.run, leader, ClusterPhase::gone));
    db.take_changes();

    ASSERT_TRUE(db(RetryTasks{target(job.run, job.tasks)}));

    EXPECT_TRUE(was_told());
    ClusterJobRow wanted;
    wanted.run = job.run;
    wanted.name_space = "jobs";
    EXPECT_EQ(row(job.run), wanted);
    EXPECT_EQ(taken(leader), Runs{job.run});
}

TEST_P(ClusterJobs, go_with_their_run)
{
    const Submitted kept = submit_job();
    const Submitted gone = submit_job();
    ASSERT_TRUE(db(Cancel{target(gone.run)}));
    while (!db(DeleteRun{gone.run}).value())
        continue;
    EXPECT_FALSE(find(gone.run));
    EXPECT_TRUE(find(kept.run));
}

TEST_P(ClusterJobs, have_leaders_whose_servers_can_be_reached)
{
    RegisterWorker request;
    request.name = "server";
    request.kind = RegisterWorker::Kind::remote;
    request.address = "http://10.0.0.7:8085";
    ASSERT_TRUE(db(request));
    const auto workers = db.read([](Reads& reads) { return reads.workers(); });
    ASSERT_EQ(workers.size(), 1u);
    EXPECT_EQ(workers[0].address, "http://10.0.0.7:8085");
}

INSTANTIATE_TEST_SUITE_P(Dialects, ClusterJobs, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::cluster_jobs_test
