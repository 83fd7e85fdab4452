// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/time.h"
#include "model/state.h"

#include <cstdint>
#include <optional>
#include <string>

namespace sluice {

// The rows of jobs that run on Kubernetes (docs/data-model.md), as values.

// How far the Kubernetes Job of a run is: to be created, there, one of its pods has begun to work,
// to be deleted, not there any more. It only goes on, but a Job that went away before it had begun
// is wanted again.
enum class ClusterPhase : std::uint8_t { wanted, created, begun, ending, gone };

struct ClusterJobRow {
    RunId run;
    WorkerId leader; // who makes Kubernetes agree with it; none, or dead: nobody
    ClusterPhase phase = ClusterPhase::wanted;
    std::string name_space; // of Kubernetes
    std::string uid;        // of the Kubernetes Job that was created last; empty: none was
    std::optional<Time> created_at = {}; // of the first one since one is wanted
    std::string trouble = {};            // what keeps its pods from working; empty: nothing
    std::optional<Time> trouble_since = {};
    std::string pods = {}; // JSON: how many are in each phase; empty: nobody has looked

    friend bool operator==(const ClusterJobRow&, const ClusterJobRow&) = default;
};

// With what its leader asks of the run.
struct LedJob {
    ClusterJobRow row;
    std::string name; // of the run, and of the Kubernetes Job
    RunState state = RunState::active;
    Time run_created_at;
    std::int64_t datums = 0;

    friend bool operator==(const LedJob&, const LedJob&) = default;
};

// Until then the attempt may be writing to the egress.
struct UploadLeave {
    TaskId task;
    RunId run;
    int attempt = 0;
    Time until;

    friend bool operator==(const UploadLeave&, const UploadLeave&) = default;
};

} // namespace sluice
