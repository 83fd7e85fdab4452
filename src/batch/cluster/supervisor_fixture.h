// SPDX-License-Identifier: Apache-2.0
// For tests: supervisors over a database in memory and a Kubernetes in memory, with time in the
// test's hands.
#pragma once

#include "batch/cluster/supervisor.h"
#include "engine/engine.h"
#include "kube/testing/fake_cluster.h"
#include "store/cluster_reads.h"
#include "store/testing/driver.h"

#include <gtest/gtest.h>

#include <list>

namespace sluice::testing {

class SupervisorTest : public ::testing::Test {
protected:
    // A server, as far as it looks after jobs on Kubernetes.
    struct Server {
        Server(SupervisorTest& test, const std::string& name)
            : engine(test.loop.get_executor(), test.db.store(), engine_options(name), Log()),
              supervisor(test.loop.get_executor(), engine, test.cluster, options(), Log())
        {}

        static Engine::Options engine_options(const std::string& name)
        {
            Engine::Options options;
            options.worker_name = name;
            options.host = "host";
            options.heartbeat = std::chrono::hours(1); // heartbeats are the test's
            return options;
        }

        static Supervisor::Options options()
        {
            Supervisor::Options options;
            options.jobs.server_url = "http://sluice:8085";
            options.jobs.worker_image = "sluice";
            options.worker_token = [](const std::string& id) { return "token of " + id; };
            return options;
        }

        Engine engine;
        Supervisor supervisor;
        bool lives = true;
    };

    ~SupervisorTest() override
    {
        for (Server& server : servers) {
            if (server.lives)
                kill(server);
            await(loop, server.engine.stop(std::chrono::seconds(0)));
        }
    }

    Server& start_server()
    {
        Server& server = servers.emplace_back(*this, "server-" + std::to_string(servers.size()));
        server.engine.on_changes([this](const Changes& changes) {
            for (Server& each : servers)
                if (each.lives)
                    each.supervisor.changed(changes);
        });
        EXPECT_TRUE(await(loop, server.engine.enroll()));
        return server;
    }

    // It ends in the middle of whatever it does; its worker's row stays, and gets no heartbeats.
    void kill(Server& server)
    {
        server.lives = false;
        server.supervisor.stop();
        await(loop, server.supervisor.run());
    }

    void turn()
    {
        loop.restart();
        while (loop.poll_one() > 0) {
        }
    }

    Supervisor::Done look(Server& server)
    {
        turn();
        Supervisor::Done done = await(loop, server.supervisor.run_once()).value();
        turn();
        return done;
    }

    // Looks until there is nothing to do any more; says what was done in all.
    Supervisor::Done settle(Server& server)
    {
        Supervisor::Done all;
        for (int rounds = 0; rounds < 20; ++rounds) {
            const Supervisor::Done done = look(server);
            if (rounds > 1 && done == Supervisor::Done())
                return all;
            all.taken += done.taken;
            all.created += done.created;
            all.failed += done.failed;
            all.ended_workers += done.ended_workers;
            all.removed += done.removed;
        }
        ADD_FAILURE() << "it never rests";
        return all;
    }

    void beat(Server& server)
    {
        Heartbeat request;
        request.worker = server.engine.worker_id();
        EXPECT_TRUE(db(std::move(request)));
    }

    void advance(Micros time)
    {
        clock.advance(time);
        for (Server& server : servers)
            if (server.lives)
                beat(server);
    }

    // A job "words-<n>" whose datums have one try.
    Submitted submit(std::size_t datums = 2, Json secrets = Json::array())
    {
        Json pipeline;
        pipeline["pipeline"]["name"] = "words";
        pipeline["transform"]["cmd"] = {"true"};
        pipeline["transform"]["image"] = "busybox";
        pipeline["transform"]["secrets"] = std::move(secrets);
        pipeline["parallelism_spec"]["constant"] = 2;
        pipeline["resource_requests"] = {{"memory", "64Mi"}, {"cpu", 1}};
        pipeline["input"]["atom"] = {{"URI", "s3://b/in"}, {"repo", "in"}, {"glob", "/*"}};
        pipeline["egress"]["URI"] = "s3://b/out";
        Submit request;
        request.run.kind = RunKind::job;
        request.run.name = "words-" + std::to_string(++jobs_made);
        request.run.queues = {"job/" + *request.run.name};
        request.run.spec = format_job_spec({pipeline, ""});
        request.run.cluster_job = NewClusterJob{"default"};
        for (std::size_t i = 0; i < datums; ++i) {
            NewTask& task = request.tasks.emplace_back();
            task.payload = "{}";
            task.retry.tries_max = 1;
        }
        return db(std::move(request)).value();
    }

    std::string name_of(RunId run)
    {
        auto look = [run](Reads& reads) { return reads.run(run); };
        return *db.read(look).value().detail.name;
    }

    RunState state_of(RunId run)
    {
        auto look = [run](Reads& reads) { return reads.run(run); };
        return db.read(look).value().row.state;
    }

    std::string error_of(RunId run)
    {
        auto look = [run](Reads& reads) { return reads.run(run); };
        return db.read(look).value().detail.error;
    }

    ClusterJobRow row_of(RunId run)
    {
        auto look = [run](Reads& reads) { return reads.cluster().job(run); };
        return db.read(look).value();
    }

    Reads::Task task_of(TaskId id)
    {
        auto look = [id](Reads& reads) { return reads.task(id); };
        return db.read(look).value();
    }

    void cancel(RunId run)
    {
        Cancel request;
        request.target.run = run;
        request.target.actor = "ann";
        ASSERT_TRUE(db(std::move(request)));
    }

    // A pod of the job whose worker runs.
    SeenPod run_pod(const Submitted& job)
    {
        SeenPod pod = cluster.start_pod(name_of(job.run));
        pod.phase = PodPhase::running;
        pod.has_begun = true;
        return cluster.put_pod(std::move(pod));
    }

    // The worker of the pod gets a datum.
    Leased hold_datum(const SeenPod& pod)
    {
        RegisterWorker worker;
        worker.name = pod.name;
        worker.host = "node";
        worker.kind = RegisterWorker::Kind::remote;
        Claim claim;
        claim.worker = db(std::move(worker)).value();
        claim.queues = std::make_shared<QueueFilter>(std::vector<std::string>{"job/*"});
        return db(std::move(claim)).value().at(0);
    }

    // The main container has ended.
    void end_pod(SeenPod pod, int code, std::string reason)
    {
        pod.phase = code == 0 ? PodPhase::succeeded : PodPhase::failed;
        pod.exit_code = code;
        pod.exit_reason = std::move(reason);
        cluster.put_pod(std::move(pod));
    }

    asio::io_context loop;
    ManualClock clock;
    Driver db{loop, ":memory:", clock};
    FakeCluster cluster{loop.get_executor(), db.store().clock()};
    std::list<Server> servers;
    int jobs_made = 0;
};

} // namespace sluice::testing
