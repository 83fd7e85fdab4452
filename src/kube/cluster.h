// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "kube/seen.h"
#include "kube/workload.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace sluice {

// The bytes of a Secret, by key.
using SecretData = std::map<std::string, std::string>;

struct ClusterEvent {
    enum class Kind : std::uint8_t {
        job,      // is new or has changed
        job_gone, // exists no more; `job` is how it was last
        pod,
        pod_gone,
        listed, // all that exists has been told: from now on absence means something
        away,   // Kubernetes cannot be asked: until `listed` absence means nothing
    };
    Kind kind = Kind::away;
    SeenJob job = {};
    SeenPod pod = {};
    Error error = {}; // of away
};

// Jobs and pods with our labels, as long as it lives: first all there are, then what changes. The
// same state of an object is told once, and a pod that has ended never runs again.
class ClusterWatch {
public:
    virtual ~ClusterWatch() = default;

    // At least one event; waits for it. Goes on by itself after every failure, which is told as
    // `away` when nothing has been heard for half a minute, at once when nothing ever was. One
    // caller at a time.
    virtual Async<std::vector<ClusterEvent>> next() = 0;
};

// The seam to Kubernetes, in one namespace. Lives on the loop. Errors of all calls: unauthorized
// (401, and 403 for a right that we lack), overloaded (429), unavailable, timed_out, invalid (what
// the API, a quota or a rule of admission refuses, in its words). No call tries again by itself.
class Cluster {
public:
    virtual ~Cluster() = default; // after close()

    virtual const std::string& name_space() const = 0;

    // Errors: conflict (the name is taken).
    virtual Async<Result<SeenJob>> create_job(kube::JobObject job) = 0;

    // Errors: not_found.
    virtual Async<Result<SeenJob>> find_job(std::string name) = 0;

    // With everything that belongs to it, which goes after the answer. Fine when it is gone, or
    // when another one has its name by now.
    virtual Async<Result<void>> delete_job(std::string name, std::string uid) = 0;

    // Errors: conflict (the name is taken).
    virtual Async<Result<void>> create_secret(kube::SecretObject secret) = 0;

    // Errors: not_found.
    virtual Async<Result<SecretData>> read_secret(std::string name) = 0;

    // The last lines of the main container, as it wrote them. Errors: not_found; invalid (it has
    // not started).
    virtual Async<Result<std::string>> pod_log(std::string pod, std::size_t lines) = 0;

    // The cluster outlives it.
    virtual std::unique_ptr<ClusterWatch> watch() = 0;

    // Returns when nothing of the watches that are gone is left. Awaited before the cluster is
    // destroyed, when no watch stands and no call is under way.
    virtual Async<void> close() = 0;
};

} // namespace sluice
