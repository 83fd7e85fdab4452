// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "batch/cluster/supervisor.h"

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sluice {

class Store;

// A job that this process leads.
struct LedEntry {
    WorkerId leader; // as whom it was taken
    LedJob led;      // as it was noted last
    std::string id;  // UUID

    std::set<std::string> settled;      // uids of pods whose end the store knows
    std::vector<SeenPod> gone;          // pods that exist no more, and are not settled
    std::string crash;                  // what the last pod that ended before its first datum said
    std::optional<Time> crashing_since; // no pod that has ended since then held a datum
    std::vector<std::string> mounts;    // secrets that its pods mount

    bool is_due = true;           // something is new
    std::optional<Time> next;     // look again then, whatever comes
    bool is_busy = false;         // somebody is at it
    bool is_over = false;         // gone, or another's by now
    std::optional<LedJob> again;  // taken again while somebody was at it
    std::optional<Time> last_act; // of creating or deleting the Job
    std::optional<Time> last_note;
    std::optional<Time> last_secret; // when its Secret was made for the last time
    bool has_warned = false;         // of the trouble that there is
    int failures = 0;                // of looks, one after the other
};

// Looks after one job: one look, with what follows from it.
class JobCare {
public:
    struct Parts {
        Store& store;
        const Clock& clock;
        Cluster& cluster;
        const Supervisor::Options& options;
        const ClusterState& state;
        JobFactsCache& facts;
        Supervisor::Done& done;
        const Log& log;
    };

    JobCare(const Parts& parts, LedEntry& entry) : parts_(parts), entry_(entry) {}

    // Errors: of the store and of Kubernetes. The job is looked at again later. What says that it
    // is led by another is no error: then it is over here.
    Async<Result<void>> look();

private:
    Async<Result<void>> end_workers();
    Async<Result<void>> end_worker(SeenPod pod, PodVerdict verdict);
    Async<Result<void>> act(JobVerdict verdict);
    Async<Result<void>> create();
    Async<Result<void>> adopt(SeenJob job);
    Async<Result<void>> take_over(std::string name);
    Async<Result<void>> create_secret(std::string uid);
    Async<Result<void>> mend_secret();
    Async<Result<void>> fail(std::string reason);
    Async<Result<void>> remove();
    Async<Result<void>> note_seen();
    Async<Result<void>> note(NoteClusterJob changes);
    Async<Result<void>> wait_after(Error error);

    Result<void> lost_or(const Error& error);
    Async<Result<std::shared_ptr<const JobFacts>>> facts();
    Async<Result<void>> check_crashes();
    JobFactsSeen seen() const;
    std::string trouble() const;
    void look_at_pods();
    bool has_begun() const;
    const SeenJob* job_without_pods() const;
    void look_again(std::optional<Time> at);
    void warn_of_trouble();
    Time now() const { return parts_.clock.now(); }

    const Parts& parts_;
    LedEntry& entry_;
};

} // namespace sluice
