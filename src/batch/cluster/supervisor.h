// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/signal.h"
#include "async/task_scope.h"
#include "base/random.h"
#include "batch/cluster/cluster_state.h"
#include "batch/cluster/job_manifest.h"
#include "batch/cluster/verdicts.h"
#include "batch/job_facts.h"
#include "kube/cluster.h"
#include "store/changes.h"

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sluice {

class Engine;
struct LedEntry;

// Makes Kubernetes agree with the jobs of the database: creates their Jobs, tells the store which
// workers have ended with their pods, fails jobs that cannot run, deletes what is over. Any number
// of servers may run one; each job is led by one of them. Lives on the loop; what it is given
// outlives it. The engine must be enrolled (Engine::enroll).
class Supervisor {
public:
    struct Options {
        ClusterJobSettings jobs;
        VerdictLimits limits;
        std::function<std::string(const std::string& job_id)> worker_token; // of a job's workers
        std::chrono::seconds look{30};        // for jobs that nobody leads
        std::chrono::milliseconds gather{50}; // events that come together are judged together
        std::size_t actions_at_once = 16;
    };

    Supervisor(
        asio::any_io_executor executor, Engine& engine, Cluster& cluster, Options options, Log log
    );
    ~Supervisor(); // run() must have returned
    Supervisor(const Supervisor&) = delete;
    Supervisor& operator=(const Supervisor&) = delete;

    // What a look has done, for tests and the log.
    struct Done {
        std::size_t taken = 0;
        std::size_t created = 0;
        std::size_t failed = 0;
        std::size_t ended_workers = 0;
        std::size_t removed = 0;

        friend bool operator==(const Done&, const Done&) = default;
    };

    // Takes jobs, judges what is known by now, and acts once on each that needs it. Events come in
    // beside, from the first call on. Errors: those of the store.
    Async<Result<Done>> run_once();

    // Until stop(): then what is under way ends, and it returns. Also ends what run_once() began.
    Async<void> run();
    void stop();

    void changed(const Changes& changes);

    // Why Kubernetes cannot be reached; empty: it can.
    const std::string& trouble() const { return state_.trouble(); }

private:
    using Entry = std::shared_ptr<LedEntry>;

    // One of actions_at_once, given back however its holder ends.
    class Place {
    public:
        explicit Place(Supervisor& supervisor) : supervisor_(supervisor) {}
        ~Place() { supervisor_.give_back_place(); }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

    private:
        Supervisor& supervisor_;
    };

    void begin();
    Async<void> listen();
    void heard(const ClusterState::News& news);

    Async<Result<void>> take();
    Async<Result<void>> take_new(WorkerId worker);
    Async<Result<void>> read_again(WorkerId worker);
    void put(const LedJob& led, WorkerId worker);
    static void follow_again(LedEntry& entry);
    void forget_all();

    void gather();
    void start_waiting();
    Async<void> look_after(Entry entry);
    void ended(LedEntry& entry, const Result<void>& looked);
    void give_back_place();
    std::chrono::steady_clock::duration time_to_next() const;

    void gather_orphans();
    Async<void> remove_orphans(std::vector<SeenJob> suspects);
    Async<Result<std::vector<SeenJob>>> orphans_of(std::vector<SeenJob> suspects);

    Engine& engine_;
    Cluster& cluster_;
    const Options options_;
    Log log_;
    TaskScope scope_;
    Signal wake_;
    Signal rested_; // nothing is under way
    JobFactsCache facts_;
    SystemRandom random_;
    ClusterState state_;
    std::map<RunId, Entry> led_;
    std::map<std::string, Entry> by_id_;
    std::deque<Entry> waiting_; // for a place among actions_at_once
    std::size_t under_way_ = 0;
    Done done_;
    WorkerId leading_as_;
    bool take_news_ = true;  // there may be jobs that nobody leads
    bool read_news_ = false; // a run that is led here may have changed
    std::optional<Time> taken_at_;
    std::optional<Time> orphans_at_; // look for them then
    std::set<std::string> deleted_;  // ids of jobs whose runs went while their Jobs were there
    bool started_ = false;
    bool stopping_ = false;
};

} // namespace sluice
