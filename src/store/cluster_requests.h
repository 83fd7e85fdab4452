// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/cluster_rows.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

// The use cases of jobs that run on Kubernetes, as those of requests.h.

// The run is to be a Kubernetes Job, too; it comes with the run or not at all.
struct NewClusterJob {
    std::string name_space;
};

// Jobs of a namespace of which no Kubernetes Job may be left, or is still to be made, and that
// nobody alive leads, become the worker's, oldest first. Whoever leads one keeps it for as long as
// the worker lives, as a lease. The reply: those that were taken now. Errors: not_found (the worker
// is not registered).
struct TakeClusterJobs {
    using Reply = std::vector<LedJob>;
    WorkerId worker;
    std::string name_space; // of Kubernetes: the worker sees no other
    std::size_t limit = 200;
};

// What the leader has found or done. What is not set stays. Phases only go on, but `created` may
// become `wanted` again, and nothing ends before its run. The reply: whether anything was new.
// Errors: conflict (another one leads, the phase has gone on, or it would end before its run),
// not_found (it is no such job, or was deleted).
struct NoteClusterJob {
    using Reply = bool;
    RunId run;
    WorkerId worker; // the leader
    std::optional<ClusterPhase> phase = {};
    std::optional<std::string> uid = {};     // of the Kubernetes Job that was created now
    std::optional<std::string> trouble = {}; // "" ends it; its time counts from the first one
    std::optional<std::string> pods = {};
};

// The run ends as failed for a reason that none of its tasks has. A final run stays as it is:
// false. Errors: conflict (another one leads), not_found.
struct FailRun {
    using Reply = bool;
    RunId run;
    WorkerId leader; // none: not asked
    std::string reason;
};

// The process that was known as worker `name` in this run has ended, or is cut off. What it holds
// of the run goes on at once as `as` says, with the reason in its history; the worker's own row
// stays until its time. The reply: how many leases that were. Errors: conflict (another one leads),
// not_found.
struct EndWorker {
    using Reply = std::size_t;
    enum class As : std::uint8_t {
        returned, // no try is used up
        failed,   // a try
        rescued,  // the process died: the third time ends the task
    };
    enum class Uploads : std::uint8_t {
        over,      // it cannot send any more: its leaves end
        may_go_on, // until their leaves are over
    };
    RunId run;
    WorkerId leader;  // none: not asked
    std::string name; // of the worker: the pod
    As as = As::returned;
    Uploads uploads = Uploads::over;
    std::string reason;
};

// The attempt goes on uploading. The reply: for how long from now. Errors: conflict (superseded, or
// it has no leave: see RegisterOutputs).
struct ExtendLeave {
    using Reply = Micros;
    TaskId task;
    RunId run;
    int attempt = 0;
    WorkerId worker;
    Micros leave = std::chrono::seconds(60);
};

} // namespace sluice
