// SPDX-License-Identifier: Apache-2.0
// Two servers, a Kubernetes where anything may happen, and servers that die: whatever comes, in the
// end each job that runs has its one Job, and no other Job is left.
#include "base/random.h"
#include "batch/cluster/supervisor_fixture.h"

#include <fmt/format.h>

namespace sluice::supervisor_walk_test {
namespace {

using namespace std::chrono_literals;
using testing::FakeCluster;

class SupervisorWalk : public testing::SupervisorTest, public ::testing::WithParamInterface<int> {
protected:
    std::size_t draw(std::size_t below) { return random_.next() % below; }

    std::vector<Server*> living()
    {
        std::vector<Server*> found;
        for (Server& server : servers)
            if (server.lives)
                found.push_back(&server);
        return found;
    }

    // A pod that there is; nothing when there is none.
    std::optional<SeenPod> any_pod()
    {
        if (cluster.pods().empty())
            return std::nullopt;
        return std::next(cluster.pods().begin(), draw(cluster.pods().size()))->second;
    }

    std::string any_job()
    {
        if (cluster.jobs().empty())
            return "";
        return std::next(cluster.jobs().begin(), draw(cluster.jobs().size()))->first;
    }

    void hold_if_there_is_one(const SeenPod& pod)
    {
        RegisterWorker worker;
        worker.name = pod.name;
        worker.host = "node";
        worker.kind = RegisterWorker::Kind::remote;
        Claim claim;
        claim.worker = db(std::move(worker)).value();
        claim.queues =
            std::make_shared<QueueFilter>(std::vector<std::string>{"job/" + pod.job_name});
        EXPECT_TRUE(db(std::move(claim)));
    }

    void happen_to_pods()
    {
        const std::string job = any_job();
        if (draw(2) == 0 && !job.empty()) {
            SeenPod pod = cluster.start_pod(job);
            pod.phase = PodPhase::running;
            pod.has_begun = true;
            hold_if_there_is_one(cluster.put_pod(std::move(pod)));
            return;
        }
        std::optional<SeenPod> pod = any_pod();
        if (!pod || pod->phase != PodPhase::running)
            return;
        switch (draw(5)) {
        case 0:
            return end_pod(*pod, 137, "OOMKilled");
        case 1:
            return end_pod(*pod, 1, "Error");
        case 2:
            return cluster.remove_pod(pod->name);
        case 3:
            pod->phase = PodPhase::failed;
            pod->reason = "Preempting";
            cluster.put_pod(*pod);
            return;
        default:
            return cluster.tell_late(*pod);
        }
    }

    void happen_to_kubernetes()
    {
        const KubeCall calls[] = {
            kube::create_job, kube::create_secret, kube::delete_job, kube::get_job};
        const auto fault =
            draw(2) == 0 ? FakeCluster::Fault::answer_lost : FakeCluster::Fault::not_done;
        switch (draw(5)) {
        case 0:
            if (const std::string job = any_job(); !job.empty())
                cluster.remove_job(job);
            return;
        case 1:
            return cluster.go_away({Errc::unavailable, "connection refused"});
        case 2:
            return cluster.come_back();
        case 3:
            return cluster.repeat();
        default:
            return cluster.fail(calls[draw(4)], {Errc::timed_out, "no answer"}, 1, fault);
        }
    }

    void happen_to_servers()
    {
        const std::vector<Server*> there = living();
        if (there.size() < 2)
            start_server();
        else
            kill(*there[draw(2)]);
    }

    void step()
    {
        switch (draw(8)) {
        case 0:
            jobs.push_back(submit(1 + draw(3)));
            return;
        case 1:
            if (!jobs.empty() && draw(3) == 0)
                if (const RunId run = jobs[draw(jobs.size())].run; !is_final(state_of(run)))
                    cancel(run);
            return;
        case 2:
            return happen_to_pods();
        case 3:
            return happen_to_kubernetes();
        case 4:
            if (draw(3) == 0)
                happen_to_servers();
            return;
        case 5:
            return advance(std::chrono::seconds(1 + draw(40)));
        default:
            for (Server* server : living())
                if (draw(2) == 0)
                    look(*server);
        }
    }

    void let_it_calm_down()
    {
        cluster.come_back();
        start_server();
        for (int i = 0; i < 12; ++i) {
            advance(31s);
            for (Server* server : living())
                settle(*server);
        }
    }

    SeededRandom random_{static_cast<std::uint64_t>(GetParam())};
    std::vector<Submitted> jobs;
};

TEST_P(SupervisorWalk, leaves_one_job_for_each_that_runs_and_none_else)
{
    start_server();
    for (int i = 0; i < 150; ++i)
        step();
    let_it_calm_down();

    std::size_t active = 0;
    for (const Submitted& job : jobs) {
        const std::string name = name_of(job.run);
        const ClusterJobRow row = row_of(job.run);
        if (is_final(state_of(job.run))) {
            EXPECT_FALSE(cluster.jobs().contains(name)) << name;
            EXPECT_EQ(row.phase, ClusterPhase::gone) << name;
            continue;
        }
        ++active;
        ASSERT_TRUE(cluster.jobs().contains(name)) << name;
        EXPECT_EQ(row.uid, cluster.jobs().at(name).uid) << name;
        EXPECT_TRUE(cluster.secrets().contains(name)) << name;
    }
    EXPECT_EQ(cluster.jobs().size(), active);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SupervisorWalk, ::testing::Range(1, 21));

} // namespace
} // namespace sluice::supervisor_walk_test
