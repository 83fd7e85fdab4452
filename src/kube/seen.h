// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "base/time.h"

#include <optional>
#include <string>

namespace sluice {

// What is read of a Job and of a pod: plain facts, small, since there may be ten thousand. Texts of
// Kubernetes are cut at 1 KiB.

struct SeenJob {
    std::string name = {};
    std::string uid = {};
    std::string version = {}; // resourceVersion: another one for each change
    std::string job_id = {};  // our label
    Time created_at = {};     // by the clock of Kubernetes
    bool is_deleting = false;
    bool is_complete = false;
    std::string failed_reason = {}; // of the condition Failed or FailureTarget; empty: neither
    std::string failed_message = {};
    std::string suspended = {}; // message of the condition Suspended: no pod is made meanwhile

    friend bool operator==(const SeenJob&, const SeenJob&) = default;
};

enum class PodPhase : std::uint8_t { pending, running, succeeded, failed, unknown };

struct SeenPod {
    std::string name = {};
    std::string uid = {};
    std::string version = {};
    std::string job_name = {};
    std::string job_id = {};
    std::string node = {}; // empty: not scheduled
    PodPhase phase = PodPhase::unknown;
    bool is_deleting = false;
    std::optional<Time> ends_by = {}; // when it is being deleted: with its grace, by their clock
    bool has_begun = false;           // the main container has started, whatever came of it
    std::string reason = {};          // of the pod: Evicted, NodeLost, Preempting …
    std::string message = {};         // of the pod, or of its main container that could not start
    std::string disruption = {};      // reason of the condition DisruptionTarget
    std::string unschedulable = {};   // message of PodScheduled=False

    // When it came to its node, by the clock of Kubernetes, if none of its containers is there yet:
    // volumes are mounted and images pulled. Why that takes long is told by events alone.
    std::optional<Time> creating_since = {};

    // Of the first container that cannot start: ErrImagePull …; "Init:Error", "Init:OOMKilled" …
    // when an init container has failed, so that the main one never starts.
    std::string waiting = {};
    std::string waiting_message = {};

    std::optional<int> exit_code = {}; // of the main container
    std::string exit_reason = {};      // OOMKilled, Error, ContainerCannotRun …

    friend bool operator==(const SeenPod&, const SeenPod&) = default;
};

// Errors (corrupt): no object with a name and a uid.
Result<SeenJob> read_seen_job(const Json& object);
Result<SeenPod> read_seen_pod(const Json& object);

} // namespace sluice
