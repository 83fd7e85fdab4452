// SPDX-License-Identifier: Apache-2.0
#include "batch/cluster/supervisor_fixture.h"

namespace sluice::supervisor_test {
namespace {

using namespace std::chrono_literals;
using testing::FakeCluster;
using testing::SupervisorTest;

const Error busy{Errc::overloaded, "too many requests"};
const Error lost{Errc::unavailable, "connection reset"};

TEST_F(SupervisorTest, a_new_job_gets_its_job_and_the_secret_of_its_workers)
{
    Server& server = start_server();
    const Submitted job = submit(3);

    EXPECT_EQ(settle(server).created, 1u);

    const std::string name = name_of(job.run);
    ASSERT_TRUE(cluster.jobs().contains(name));
    const SeenJob& made = cluster.jobs().at(name);
    EXPECT_EQ(cluster.manifests().at(name).parallelism, 2);
    EXPECT_EQ(cluster.secrets().at(name).data.at("token"), "token of " + made.job_id);
    EXPECT_EQ(cluster.secrets().at(name).meta.owners.at(0).uid, made.uid);
    EXPECT_EQ(row_of(job.run).phase, ClusterPhase::created);
    EXPECT_EQ(row_of(job.run).uid, made.uid);
}

TEST_F(SupervisorTest, a_job_whose_answer_was_lost_is_not_made_twice)
{
    Server& server = start_server();
    const Submitted job = submit();
    cluster.fail(kube::create_job, lost, 1, FakeCluster::Fault::answer_lost);
    settle(server);
    EXPECT_EQ(state_of(job.run), RunState::active);

    advance(2s);
    settle(server);

    EXPECT_EQ(cluster.manifests().size(), 1u);
    EXPECT_EQ(cluster.jobs().size(), 1u);
    EXPECT_EQ(row_of(job.run).phase, ClusterPhase::created);
    EXPECT_TRUE(cluster.secrets().contains(name_of(job.run)));
}

TEST_F(SupervisorTest, a_busy_api_is_asked_again_and_fails_nothing)
{
    Server& server = start_server();
    const Submitted job = submit();
    cluster.fail(kube::create_job, busy, 5);
    for (int i = 0; i < 12; ++i) {
        settle(server);
        advance(31s);
    }

    EXPECT_EQ(state_of(job.run), RunState::active);
    EXPECT_EQ(cluster.jobs().size(), 1u);
    EXPECT_EQ(cluster.calls(kube::create_job), 6u);
}

TEST_F(SupervisorTest, a_job_that_the_api_refuses_fails_with_its_words)
{
    Server& server = start_server();
    const Submitted job = submit();
    cluster.fail(kube::create_job, {Errc::invalid, "exceeded quota: jobs"});

    EXPECT_EQ(settle(server).failed, 1u);

    EXPECT_EQ(state_of(job.run), RunState::failed);
    EXPECT_EQ(error_of(job.run), "Kubernetes refuses the Job: exceeded quota: jobs");
    EXPECT_EQ(row_of(job.run).phase, ClusterPhase::gone);
}

TEST_F(SupervisorTest, a_job_of_others_with_its_name_fails_it_and_is_left_alone)
{
    Server& server = start_server();
    const Submitted job = submit();
    SeenJob theirs;
    theirs.name = name_of(job.run);
    theirs.job_id = "somebody's";
    cluster.put_job(theirs);

    settle(server);

    EXPECT_EQ(state_of(job.run), RunState::failed);
    EXPECT_EQ(cluster.jobs().at(theirs.name).job_id, "somebody's");
}

TEST_F(SupervisorTest, who_dies_in_the_middle_of_creating_a_job_is_followed)
{
    for (const KubeCall& call : {kube::create_job, kube::create_secret}) {
        Server& first = start_server();
        const Submitted job = submit();
        cluster.hold(call);
        testing::spawn(loop, [](Supervisor& supervisor) -> Async<void> {
            (void)co_await supervisor.run_once();
        }(first.supervisor));
        testing::turn_until(loop, [&] { return cluster.held(call) == 1; });
        kill(first);
        cluster.let_go(call);
        EXPECT_EQ(row_of(job.run).phase, ClusterPhase::wanted);

        Server& second = start_server();
        EXPECT_EQ(settle(second).taken, 0u); // the first may still live
        advance(2min);
        settle(second);

        EXPECT_EQ(row_of(job.run).phase, ClusterPhase::created);
        EXPECT_TRUE(cluster.secrets().contains(name_of(job.run)));
        kill(second);
        advance(2min);
    }
    EXPECT_EQ(cluster.jobs().size(), 2u);
    EXPECT_EQ(cluster.manifests().size(), 2u);
}

TEST_F(SupervisorTest, a_job_deleted_by_hand_comes_back_before_it_has_begun)
{
    Server& server = start_server();
    const Submitted job = submit();
    settle(server);
    const std::string before = row_of(job.run).uid;
    advance(31s);
    cluster.remove_job(name_of(job.run));

    EXPECT_EQ(settle(server).created, 1u);

    EXPECT_NE(row_of(job.run).uid, before);
    EXPECT_EQ(cluster.secrets().at(name_of(job.run)).meta.owners.at(0).uid, row_of(job.run).uid);
    EXPECT_EQ(state_of(job.run), RunState::active);
}

TEST_F(SupervisorTest, a_job_deleted_by_hand_is_an_error_after_it_has_begun)
{
    Server& server = start_server();
    const Submitted job = submit();
    settle(server);
    run_pod(job);
    settle(server);
    EXPECT_EQ(row_of(job.run).phase, ClusterPhase::begun);
    advance(31s);
    cluster.remove_job(name_of(job.run));

    settle(server);

    EXPECT_EQ(state_of(job.run), RunState::failed);
    EXPECT_EQ(error_of(job.run), "the Kubernetes Job was deleted");
    EXPECT_EQ(row_of(job.run).phase, ClusterPhase::gone);
}

TEST_F(SupervisorTest, a_failed_job_fails_the_run_at_once_and_is_deleted)
{
    Server& server = start_server();
    const Submitted job = submit();
    settle(server);
    SeenJob failed = cluster.jobs().at(name_of(job.run));
    failed.failed_reason = "DeadlineExceeded";
    failed.failed_message = "too long";
    cluster.put_job(failed);

    const Supervisor::Done done = settle(server);

    EXPECT_EQ(done.failed, 1u);
    EXPECT_EQ(done.removed, 1u);
    EXPECT_EQ(error_of(job.run), "Kubernetes: DeadlineExceeded: too long");
    EXPECT_TRUE(cluster.jobs().empty());
}

TEST_F(SupervisorTest, an_image_that_cannot_be_pulled_is_shown_at_once_and_fails_after_its_time)
{
    Server& server = start_server();
    const Submitted job = submit();
    settle(server);
    SeenPod pod = cluster.start_pod(name_of(job.run));
    pod.waiting = "ErrImagePull";
    pod.waiting_message = "no such image";
    cluster.put_pod(pod);

    settle(server);
    EXPECT_EQ(row_of(job.run).trouble, "ErrImagePull: no such image");
    EXPECT_TRUE(row_of(job.run).trouble_since);
    EXPECT_EQ(state_of(job.run), RunState::active);

    advance(59min);
    settle(server);
    EXPECT_EQ(state_of(job.run), RunState::active);
    advance(1min);
    settle(server);
    EXPECT_EQ(state_of(job.run), RunState::failed);
    EXPECT_EQ(error_of(job.run), "no pod of it has begun within 1h: ErrImagePull: no such image");
}

TEST_F(SupervisorTest, trouble_that_is_over_is_not_shown_any_more)
{
    Server& server = start_server();
    const Submitted job = submit();
    settle(server);
    SeenPod pod = cluster.start_pod(name_of(job.run));
    pod.unschedulable = "0/3 nodes are available";
    pod = cluster.put_pod(pod);
    settle(server);
    ASSERT_EQ(row_of(job.run).trouble, "Unschedulable: 0/3 nodes are available");

    pod.unschedulable.clear();
    pod.phase = PodPhase::running;
    pod.has_begun = true;
    cluster.put_pod(pod);
    advance(2s);
    settle(server);

    EXPECT_EQ(row_of(job.run).trouble, "");
    EXPECT_FALSE(row_of(job.run).trouble_since);
}

TEST_F(SupervisorTest, a_secret_that_went_with_an_earlier_job_is_made_again)
{
    Server& server = start_server();
    const Submitted job = submit();
    settle(server);
    const std::size_t before = cluster.calls(kube::create_secret);
    SeenPod pod = cluster.start_pod(name_of(job.run));
    pod.waiting = "CreateContainerConfigError";
    pod.waiting_message = "secret not found";
    cluster.put_pod(pod);
    advance(31s);

    settle(server);

    EXPECT_EQ(cluster.calls(kube::create_secret), before + 1);
}

TEST_F(SupervisorTest, an_oom_kill_is_a_try_and_an_eviction_is_none)
{
    Server& server = start_server();
    const Submitted job = submit(2);
    settle(server);
    const SeenPod killed = run_pod(job);
    SeenPod evicted = run_pod(job);
    const Leased first = hold_datum(killed);
    const Leased second = hold_datum(evicted);
    settle(server);

    end_pod(killed, 137, "OOMKilled");
    evicted.phase = PodPhase::failed;
    evicted.reason = "Evicted";
    evicted.message = "The node was low on resource: memory.";
    cluster.put_pod(evicted);
    EXPECT_EQ(settle(server).ended_workers, 2u);

    EXPECT_EQ(task_of(first.task).state, TaskState::failed);
    EXPECT_EQ(task_of(first.task).done->error, "OOMKilled: the datum used more than 64Mi");
    EXPECT_EQ(task_of(second.task).state, TaskState::pending);
    EXPECT_EQ(task_of(second.task).place->tries, 0);
}

TEST_F(SupervisorTest, the_datum_of_a_pod_that_is_gone_goes_to_another_at_once)
{
    Server& server = start_server();
    const Submitted job = submit(1);
    settle(server);
    const SeenPod pod = run_pod(job);
    const Leased datum = hold_datum(pod);
    settle(server);

    cluster.remove_pod(pod.name);
    EXPECT_EQ(settle(server).ended_workers, 1u);

    EXPECT_EQ(task_of(datum.task).state, TaskState::pending);
    EXPECT_EQ(hold_datum(run_pod(job)).task, datum.task);
}

TEST_F(SupervisorTest, a_worker_that_crashes_before_its_first_datum_says_why)
{
    Server& server = start_server();
    const Submitted job = submit();
    settle(server);
    const SeenPod pod = run_pod(job);
    cluster.set_log(pod.name, "cannot load libx.so\n");
    end_pod(pod, 127, "Error");

    settle(server);

    EXPECT_EQ(
        row_of(job.run).trouble,
        "the worker has ended with exit status 127; it printed: cannot load libx.so"
    );
    EXPECT_EQ(state_of(job.run), RunState::active);

    run_pod(job);
    advance(2s);
    settle(server);
    EXPECT_EQ(row_of(job.run).trouble, "");
}

TEST_F(SupervisorTest, the_job_of_a_canceled_run_is_deleted)
{
    Server& server = start_server();
    const Submitted job = submit();
    settle(server);
    run_pod(job);
    settle(server);

    cancel(job.run);
    EXPECT_EQ(settle(server).removed, 1u);

    EXPECT_TRUE(cluster.jobs().empty());
    EXPECT_EQ(row_of(job.run).phase, ClusterPhase::gone);
    EXPECT_EQ(row_of(job.run).pods, "");
}

TEST_F(SupervisorTest, a_run_that_is_over_before_its_job_is_made_gets_none)
{
    Server& server = start_server();
    const Submitted job = submit();
    cancel(job.run);

    settle(server);

    EXPECT_EQ(cluster.calls(kube::create_job), 0u);
    EXPECT_EQ(row_of(job.run).phase, ClusterPhase::gone);
}

TEST_F(SupervisorTest, a_job_whose_datum_is_retried_after_its_end_gets_a_job_again)
{
    Server& server = start_server();
    const Submitted job = submit(1);
    settle(server);
    const SeenPod pod = run_pod(job);
    const Leased datum = hold_datum(pod);
    end_pod(pod, 137, "OOMKilled");
    settle(server);
    ASSERT_EQ(state_of(job.run), RunState::failed);
    ASSERT_EQ(row_of(job.run).phase, ClusterPhase::gone);

    RetryTasks request;
    request.target.run = job.run;
    request.target.tasks = {datum.task};
    ASSERT_TRUE(db(std::move(request)));
    EXPECT_EQ(settle(server).created, 1u);

    EXPECT_EQ(row_of(job.run).phase, ClusterPhase::created);
    EXPECT_TRUE(cluster.jobs().contains(name_of(job.run)));
}

TEST_F(SupervisorTest, orphans_go_after_an_hour_and_those_of_others_stay)
{
    Server& server = start_server();
    SeenJob ours;
    ours.name = "ours";
    ours.job_id = format_uid(db.store().uid(UidKind::run, db.store().clock().now(), 4711));
    cluster.put_job(ours);
    SeenJob theirs;
    theirs.name = "theirs";
    theirs.job_id = "0190a6b2-0000-7000-8000-000000000001";
    cluster.put_job(theirs);
    const Submitted job = submit();
    settle(server);
    run_pod(job);
    advance(59min);
    settle(server);
    EXPECT_EQ(cluster.jobs().size(), 3u);

    advance(1min);
    EXPECT_EQ(settle(server).removed, 1u);

    EXPECT_FALSE(cluster.jobs().contains("ours"));
    EXPECT_TRUE(cluster.jobs().contains("theirs"));
}

TEST_F(SupervisorTest, the_job_of_a_run_that_is_deleted_at_its_end_goes_at_once)
{
    Server& server = start_server();
    const Submitted job = submit();
    settle(server);
    run_pod(job);
    settle(server);
    const std::string name = name_of(job.run);
    cancel(job.run);
    DeleteRun request;
    request.run = job.run;
    ASSERT_TRUE(db(std::move(request)));

    EXPECT_EQ(settle(server).removed, 1u);
    EXPECT_FALSE(cluster.jobs().contains(name));
}

TEST_F(SupervisorTest, nothing_is_failed_while_the_api_is_away)
{
    Server& server = start_server();
    const Submitted job = submit();
    settle(server);
    run_pod(job);
    settle(server);

    cluster.go_away(lost);
    advance(25h);
    settle(server);
    EXPECT_EQ(server.supervisor.trouble(), "connection reset");
    EXPECT_EQ(state_of(job.run), RunState::active);
    cancel(job.run);
    settle(server);
    EXPECT_EQ(row_of(job.run).phase, ClusterPhase::begun);

    cluster.come_back();
    advance(31s);
    settle(server);
    EXPECT_EQ(server.supervisor.trouble(), "");
    EXPECT_EQ(row_of(job.run).phase, ClusterPhase::gone);
}

TEST_F(SupervisorTest, late_and_repeated_events_change_nothing)
{
    Server& server = start_server();
    const Submitted job = submit();
    settle(server);
    const SeenPod pod = run_pod(job);
    const Leased datum = hold_datum(pod);
    end_pod(pod, 137, "OOMKilled");
    settle(server);
    advance(2s);
    settle(server);
    const ClusterJobRow before = row_of(job.run);
    const std::size_t calls = cluster.calls();

    cluster.tell_late(pod);
    cluster.repeat();
    EXPECT_EQ(settle(server), Supervisor::Done());

    EXPECT_EQ(row_of(job.run), before);
    EXPECT_EQ(cluster.calls(), calls);
    EXPECT_EQ(task_of(datum.task).state, TaskState::failed);
}

TEST_F(SupervisorTest, an_idle_supervisor_asks_kubernetes_nothing)
{
    Server& server = start_server();
    for (int i = 0; i < 5; ++i) {
        const Submitted job = submit();
        settle(server);
        run_pod(job);
    }
    settle(server);
    advance(2s);
    settle(server);
    const std::size_t calls = cluster.calls();

    for (int i = 0; i < 10; ++i) {
        advance(31s);
        EXPECT_EQ(settle(server), Supervisor::Done());
    }

    EXPECT_EQ(cluster.calls(), calls);
}

} // namespace
} // namespace sluice::supervisor_test
