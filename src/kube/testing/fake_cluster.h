// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "kube/calls.h"
#include "kube/cluster.h"
#include "kube/watch_events.h"

#include <functional>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::testing {

// A Kubernetes in memory: as much of it as a Cluster shows. It does nothing by itself: tests say
// what Jobs and pods come to. Lives on the loop, outlives its watches; any number of these may
// stand at once.
class FakeCluster final : public Cluster {
public:
    // `clock` gives the times of creation, and outlives it.
    FakeCluster(
        asio::any_io_executor executor, const Clock& clock, std::string name_space = "default"
    );
    ~FakeCluster() override;

    const std::string& name_space() const override { return name_space_; }
    Async<Result<SeenJob>> create_job(kube::JobObject job) override;
    Async<Result<SeenJob>> find_job(std::string name) override;
    Async<Result<void>> delete_job(std::string name, std::string uid) override;
    Async<Result<void>> create_secret(kube::SecretObject secret) override;
    Async<Result<SecretData>> read_secret(std::string name) override;
    Async<Result<std::string>> pod_log(std::string pod, std::size_t lines) override;
    std::unique_ptr<ClusterWatch> watch() override;
    Async<void> close() override;

    // --- what happens in the cluster ---

    // The object as it is from now on; one without a uid is new and gets one. Its version is
    // always a new one. What it is now is given back.
    SeenJob put_job(SeenJob job);
    SeenPod put_pod(SeenPod pod);

    // A new pod of that Job: pending, with the Job's label.
    SeenPod start_pod(const std::string& job_name);

    void remove_job(const std::string& name); // with its pods and secrets
    void remove_pod(const std::string& name);
    void set_log(const std::string& pod, std::string text);

    // --- what goes wrong ---

    // Nothing is known any more, and every call fails, until come_back().
    void go_away(Error error);
    void come_back();

    // Of the next `times` calls of that kind; with `answer_lost` the call has been done.
    enum class Fault : std::uint8_t { not_done, answer_lost };
    void fail(const KubeCall& call, Error error, int times = 1, Fault fault = Fault::not_done);

    // Calls of that kind wait before they do anything, until let_go(): to end their caller there.
    void hold(const KubeCall& call);
    void let_go(const KubeCall& call);
    std::size_t held(const KubeCall& call) const;

    // Watches hear of everything again, as after a list.
    void repeat();

    // Watches hear of this old state, late.
    void tell_late(const SeenPod& pod);

    // --- what there is, and what was asked ---

    const std::map<std::string, SeenJob>& jobs() const { return jobs_; }
    const std::map<std::string, SeenPod>& pods() const { return pods_; }
    const std::map<std::string, kube::SecretObject>& secrets() const { return secrets_; }

    // As they were created, by name; of those that are gone, too.
    const std::map<std::string, kube::JobObject>& manifests() const { return manifests_; }

    // Calls that came in, failed ones too. Watches ask nothing more once they stand.
    std::size_t calls(const KubeCall& call) const;
    std::size_t calls() const; // of all kinds

private:
    class Watch;
    struct Broken {
        KubeCall call;
        Error error;
        int times;
        Fault fault;
    };

    Async<Result<void>> enter(const KubeCall& call);
    Result<void> leave(const KubeCall& call);
    Result<void> fault_of(const KubeCall& call, Fault fault);
    void tell(const std::function<void(WatchEvents&)>& what);
    void list_to(WatchEvents& events) const;
    std::string new_version() { return std::to_string(++version_); }

    static std::string key_of(const KubeCall& call);

    asio::any_io_executor executor_;
    const Clock& clock_;
    std::string name_space_;
    std::map<std::string, SeenJob> jobs_; // by name, as the others
    std::map<std::string, SeenPod> pods_;
    std::map<std::string, kube::SecretObject> secrets_;
    std::map<std::string, kube::JobObject> manifests_;
    std::map<std::string, std::string> logs_; // by pod
    std::list<Watch*> watches_;
    std::vector<Broken> broken_;
    std::optional<Error> away_;
    std::map<std::string, std::size_t> calls_;
    std::map<std::string, std::size_t> held_; // callers, by the kind that is held
    Signal let_go_;
    std::uint64_t version_ = 0;
    std::uint64_t uids_ = 0;
};

} // namespace sluice::testing
