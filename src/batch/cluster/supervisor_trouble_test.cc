// SPDX-License-Identifier: Apache-2.0
// What users see while pods, or Kubernetes itself, do not do what they should.
#include "batch/cluster/supervisor_fixture.h"

namespace sluice::supervisor_trouble_test {
namespace {

using namespace std::chrono_literals;
using testing::SupervisorTest;

TEST_F(SupervisorTest, what_an_api_says_that_stays_busy_is_shown_until_it_is_not)
{
    Server& server = start_server();
    const Submitted job = submit();
    cluster.fail(kube::create_job, {Errc::overloaded, "too many requests"}, 2);
    settle(server);
    EXPECT_EQ(row_of(job.run).trouble, "") << "once is nothing";
    advance(31s);
    settle(server);
    EXPECT_EQ(row_of(job.run).trouble, "create the Job: too many requests");
    advance(31s);
    settle(server);
    EXPECT_EQ(row_of(job.run).phase, ClusterPhase::created);
    advance(2s);
    settle(server);
    EXPECT_EQ(row_of(job.run).trouble, "");
}

TEST_F(SupervisorTest, a_token_or_a_right_that_is_missing_is_shown_until_it_comes)
{
    Server& server = start_server();
    const Submitted job = submit();
    cluster.fail(kube::create_job, {Errc::unauthorized, "may not create jobs"}, 2);
    cluster.fail(kube::create_secret, {Errc::unauthorized, "does not know who we are"});
    settle(server);
    EXPECT_EQ(row_of(job.run).trouble, "create the Job: may not create jobs") << "at once";
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(state_of(job.run), RunState::active);
        advance(31s);
        settle(server);
    }

    EXPECT_EQ(row_of(job.run).phase, ClusterPhase::created);
    EXPECT_TRUE(cluster.secrets().contains(name_of(job.run)));
    advance(2s);
    settle(server);
    EXPECT_EQ(row_of(job.run).trouble, "");
}

TEST_F(SupervisorTest, workers_that_never_come_to_a_datum_are_an_error_after_the_start_timeout)
{
    Server& server = start_server();
    const Submitted job = submit();
    settle(server);
    for (int minutes = 0; minutes < 60; minutes += 20) {
        EXPECT_EQ(state_of(job.run), RunState::active);
        end_pod(run_pod(job), 1, "Error");
        settle(server);
        advance(20min);
    }
    settle(server);

    EXPECT_EQ(state_of(job.run), RunState::failed);
    EXPECT_EQ(
        error_of(job.run),
        "no worker of it has come to a datum within 1h: the worker has ended with exit status 1"
    );
}

TEST_F(SupervisorTest, workers_that_crash_between_datums_have_come_to_some)
{
    Server& server = start_server();
    const Submitted job = submit(2);
    settle(server);
    const SeenPod pod = run_pod(job);
    end_pod(run_pod(job), 1, "Error");
    settle(server);
    const Leased datum = hold_datum(pod);
    Finish report;
    report.task = datum.task;
    report.run = job.run;
    ASSERT_TRUE(db(std::move(report)));
    advance(1h);
    end_pod(pod, 1, "Error");
    settle(server);

    EXPECT_EQ(state_of(job.run), RunState::active) << error_of(job.run);
}

TEST_F(SupervisorTest, a_pod_whose_containers_nobody_creates_is_told_of_after_five_minutes)
{
    Server& server = start_server();
    const Submitted job = submit(2, Json::array({{{"name", "model"}, {"mount_path", "/model"}}}));
    settle(server);
    SeenPod pod = cluster.start_pod(name_of(job.run));
    pod.creating_since = clock.wall();
    pod = cluster.put_pod(pod);
    settle(server);
    advance(5min - 1s);
    settle(server);
    EXPECT_EQ(row_of(job.run).trouble, "");

    advance(1s); // nothing is heard of it
    settle(server);
    const std::string trouble = row_of(job.run).trouble;
    EXPECT_TRUE(trouble.starts_with("ContainerCreating: ")) << trouble;
    EXPECT_TRUE(trouble.ends_with("it mounts the secret 'model'")) << trouble;

    pod.creating_since.reset();
    cluster.put_pod(pod);
    advance(2s);
    settle(server);
    EXPECT_EQ(row_of(job.run).trouble, "");
}

TEST_F(SupervisorTest, a_job_that_kubernetes_makes_no_pods_of_is_told_of_and_fails_after_its_time)
{
    Server& server = start_server();
    const Submitted job = submit();
    settle(server);
    advance(5min - 1s);
    settle(server);
    EXPECT_EQ(row_of(job.run).trouble, "");

    advance(1s); // nothing is heard of it
    settle(server);
    const std::string trouble = row_of(job.run).trouble;
    EXPECT_TRUE(trouble.starts_with("NoPods: Kubernetes makes no pod of it")) << trouble;

    cluster.remove_pod(cluster.start_pod(name_of(job.run)).name); // none of them begins
    advance(55min);
    settle(server);
    EXPECT_EQ(state_of(job.run), RunState::failed);
    EXPECT_EQ(error_of(job.run), "no pod of it has begun within 1h: " + trouble);
}

TEST_F(SupervisorTest, the_datum_of_a_lost_node_goes_on_though_nobody_says_that_its_pod_has_ended)
{
    Server& server = start_server();
    const Submitted job = submit(1);
    settle(server);
    SeenPod pod = run_pod(job);
    const Leased datum = hold_datum(pod);
    settle(server);
    pod.is_deleting = true;
    pod.ends_by = clock.wall() + 1min;
    pod.disruption = "DeletionByTaintManager";
    cluster.put_pod(pod);
    advance(29s);
    settle(server);
    advance(30s);
    EXPECT_EQ(settle(server).ended_workers, 0u) << "it may still end by itself";

    advance(31s); // nothing is heard of it
    EXPECT_EQ(settle(server).ended_workers, 1u);

    EXPECT_EQ(task_of(datum.task).state, TaskState::pending);
    EXPECT_EQ(task_of(datum.task).place->tries, 0);
    advance(1h);
    EXPECT_EQ(settle(server).ended_workers, 0u) << "once";
}

} // namespace
} // namespace sluice::supervisor_trouble_test
