// SPDX-License-Identifier: Apache-2.0
// Jobs and news that come in an odd order.
#include "batch/cluster/supervisor_fixture.h"

#include <boost/asio/co_spawn.hpp>

namespace sluice::supervisor_order_test {
namespace {

using namespace std::chrono_literals;

class SupervisorOrder : public testing::SupervisorTest {
protected:
    // One step after the other, so that nothing more has happened when the condition holds.
    template <class Condition>
    void turn_until(Condition condition)
    {
        loop.restart();
        while (!condition() && loop.run_one() > 0) {
        }
    }
};

TEST_F(SupervisorOrder, a_job_that_goes_before_it_was_heard_of_is_missed)
{
    Server& server = start_server();
    settle(server);
    const Submitted job = submit();
    cluster.hold(kube::create_job);
    bool is_over = false;
    asio::co_spawn(
        loop, server.supervisor.run_once(),
        [&is_over](const std::exception_ptr&, const Result<Supervisor::Done>&) { is_over = true; }
    );
    turn_until([&] { return cluster.held(kube::create_job) == 1; });
    cluster.let_go(kube::create_job);
    turn_until([&] { return !cluster.jobs().empty(); });
    cluster.remove_job(name_of(job.run)); // one event is made of both
    turn_until([&] { return is_over; });
    settle(server);
    ASSERT_EQ(row_of(job.run).phase, ClusterPhase::created);
    ASSERT_TRUE(cluster.jobs().empty());

    advance(31s);
    EXPECT_EQ(settle(server).created, 1u);
    EXPECT_TRUE(cluster.jobs().contains(name_of(job.run)));
}

TEST_F(SupervisorOrder, a_job_that_has_ended_is_not_taken_for_that_of_a_datum_that_is_retried)
{
    Server& server = start_server();
    const Submitted job = submit(1);
    settle(server);
    const SeenPod pod = run_pod(job);
    const Leased datum = hold_datum(pod);
    cluster.fail(kube::delete_job, {Errc::overloaded, "too many requests"});
    end_pod(pod, 137, "OOMKilled");
    settle(server);
    ASSERT_EQ(state_of(job.run), RunState::failed);
    SeenJob there = cluster.jobs().at(name_of(job.run));
    there.is_complete = true;
    cluster.put_job(there);

    RetryTasks request;
    request.target.run = job.run;
    request.target.tasks = {datum.task};
    ASSERT_TRUE(db(std::move(request)));
    settle(server);

    EXPECT_EQ(state_of(job.run), RunState::active);
    EXPECT_EQ(row_of(job.run).phase, ClusterPhase::created);
    EXPECT_NE(cluster.jobs().at(name_of(job.run)).uid, there.uid);
}

TEST_F(SupervisorOrder, a_datum_that_is_retried_while_its_job_is_being_deleted_gets_another)
{
    Server& server = start_server();
    const Submitted job = submit(1);
    settle(server);
    const SeenPod pod = run_pod(job);
    const Leased datum = hold_datum(pod);
    end_pod(pod, 137, "OOMKilled");
    cluster.hold(kube::delete_job);
    int over = 0;
    const auto look_beside = [&] {
        asio::co_spawn(
            loop, server.supervisor.run_once(),
            [&over](const std::exception_ptr&, const Result<Supervisor::Done>&) { ++over; }
        );
    };
    look(server);
    ASSERT_EQ(state_of(job.run), RunState::failed);
    look_beside();
    turn_until([&] { return cluster.held(kube::delete_job) == 1; });

    RetryTasks request;
    request.target.run = job.run;
    request.target.tasks = {datum.task};
    ASSERT_TRUE(db(std::move(request)));
    turn();
    look_beside();
    for (int i = 0; i < 100 && row_of(job.run).leader != server.engine.worker_id(); ++i)
        turn();
    cluster.let_go(kube::delete_job);
    turn_until([&] { return over == 2; });
    settle(server);

    EXPECT_EQ(state_of(job.run), RunState::active) << error_of(job.run);
    EXPECT_EQ(row_of(job.run).phase, ClusterPhase::created);
    EXPECT_TRUE(cluster.jobs().contains(name_of(job.run)));
}

TEST_F(SupervisorOrder, news_of_other_servers_are_read_when_they_are_about_jobs)
{
    Server& server = start_server();
    settle(server);
    server.lives = false; // what happens now happens elsewhere
    submit();
    turn();
    server.lives = true;

    Changes changes;
    changes.from_outside = true;
    changes.told = true;
    server.supervisor.changed(changes);
    EXPECT_EQ(look(server).taken, 0u);
    changes.cluster_jobs = true;
    server.supervisor.changed(changes);
    EXPECT_EQ(look(server).taken, 1u);

    server.lives = false;
    submit();
    turn();
    server.lives = true;
    Changes anything;
    anything.from_outside = true;
    server.supervisor.changed(anything);
    EXPECT_EQ(look(server).taken, 1u);
}

} // namespace
} // namespace sluice::supervisor_order_test
