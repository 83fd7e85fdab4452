// SPDX-License-Identifier: Apache-2.0
// For tests: our client in front of tests/support/fake_kube.
#pragma once

#include "async/task_scope.h"
#include "async/testing.h"
#include "async/worker_threads.h"
#include "kube/calls.h"
#include "kube/kube_cluster.h"
#include "support/bucket_servers.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::testing {

inline std::string key_of(const KubeCall& call)
{
    return fmt::format("{}/{}/{}", call.group, call.resource, call.verb);
}

inline Json labels_of(const std::string& job_id)
{
    Json labels = Json::object();
    labels[std::string(kube::managed_by_key)] = kube::managed_by_value;
    labels[std::string(kube::job_id_key)] = job_id;
    return labels;
}

inline Json pod_json(const std::string& name, std::string_view phase)
{
    Json pod = Json::object();
    pod["metadata"]["name"] = name;
    pod["metadata"]["labels"] = labels_of("the-job");
    pod["status"]["phase"] = phase;
    return pod;
}

inline kube::JobObject simple_job(const std::string& name)
{
    kube::Container container;
    container.name = "worker";
    container.image = "busybox";
    kube::JobObject job;
    job.meta.name = name;
    job.meta.labels = {
        {std::string(kube::managed_by_key), std::string(kube::managed_by_value)},
        {std::string(kube::job_id_key), "id-of-" + name}};
    job.pods.labels = job.meta.labels;
    job.pods.spec.restart_policy = "Never";
    job.pods.spec.containers = {container};
    return job;
}

inline std::string word_of(const ClusterEvent& event)
{
    using Kind = ClusterEvent::Kind;
    switch (event.kind) {
    case Kind::job:
        return "job " + event.job.name;
    case Kind::job_gone:
        return "job gone " + event.job.name;
    case Kind::pod:
        return "pod " + event.pod.name;
    case Kind::pod_gone:
        return "pod gone " + event.pod.name;
    case Kind::listed:
        return "listed";
    case Kind::away:
        return "away";
    }
    return "?";
}

// Hears everything that one watch tells.
class Listener {
public:
    Listener(asio::io_context& loop, Cluster& cluster)
        : loop_(loop), watch_(cluster.watch()), scope_(loop.get_executor(), Log())
    {
        scope_.spawn(listen());
    }

    ~Listener()
    {
        scope_.cancel();
        await(loop_, scope_.join());
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    bool has(const std::string& word) const { return count(word) > 0; }

    std::ptrdiff_t count(const std::string& word) const
    {
        return std::count_if(told.begin(), told.end(), [&](const ClusterEvent& event) {
            return word_of(event) == word;
        });
    }

    // The words of what was told and not forgotten, in their order.
    std::vector<std::string> words() const
    {
        std::vector<std::string> words;
        for (const ClusterEvent& event : told)
            words.push_back(word_of(event));
        return words;
    }

    template <class Condition>
    void run_until(Condition condition)
    {
        loop_.restart();
        while (!condition() && loop_.run_one() > 0) {
        }
    }

    void run_until_told(const std::string& word)
    {
        run_until([&] { return has(word); });
    }

    std::vector<ClusterEvent> told;

private:
    Async<void> listen()
    {
        for (;;) {
            std::vector<ClusterEvent> events = co_await watch_->next();
            std::move(events.begin(), events.end(), std::back_inserter(told));
        }
    }

    asio::io_context& loop_;
    std::unique_ptr<ClusterWatch> watch_;
    TaskScope scope_;
};

// fake_kube and our client of it. Its waits are short.
struct KubeFixture {
    explicit KubeFixture(asio::io_context& given_loop) : loop(given_loop) { reopen(); }
    ~KubeFixture() { close(); }
    KubeFixture(const KubeFixture&) = delete;
    KubeFixture& operator=(const KubeFixture&) = delete;

    static KubeOptions quick_options()
    {
        KubeOptions options;
        options.access.name_space = "default";
        options.backoff = {std::chrono::milliseconds(4), std::chrono::milliseconds(20)};
        options.poll = std::chrono::hours(1);
        return options;
    }

    // A new client, with the options as they are now.
    void reopen()
    {
        close();
        options.access.url = server.text("url");
        cluster = make_kube_cluster(loop.get_executor(), threads, random, options, Log());
    }

    void close()
    {
        if (cluster)
            await(loop, cluster->close());
        cluster.reset();
    }

    Json act(std::string_view name, Json arguments = Json::object())
    {
        arguments["do"] = name;
        return server.ask(arguments);
    }

    void put(std::string_view resource, const Json& object)
    {
        Json arguments = Json::object();
        arguments["resource"] = resource;
        arguments["given"] = object;
        act("put", std::move(arguments));
    }

    void remove(std::string_view resource, const std::string& name)
    {
        Json arguments = Json::object();
        arguments["resource"] = resource;
        arguments["name"] = name;
        act("remove", std::move(arguments));
    }

    void set(const std::string& attribute, Json value)
    {
        Json arguments = Json::object();
        arguments[attribute] = std::move(value);
        act("set", std::move(arguments));
    }

    void fail(const KubeCall& call, int status, int times = 1)
    {
        Json arguments = Json::object();
        arguments["key"] = key_of(call);
        arguments["status"] = status;
        arguments["times"] = times;
        act("fail", std::move(arguments));
    }

    std::size_t calls(const KubeCall& call)
    {
        const Json counts = act("count");
        return counts.value(key_of(call), std::size_t(0));
    }

    asio::io_context& loop;
    BucketServer server{"fake_kube"};
    WorkerThreads threads{loop.get_executor(), "kube", 1};
    SeededRandom random{1};
    KubeOptions options = quick_options();
    std::unique_ptr<Cluster> cluster;
};

} // namespace sluice::testing
