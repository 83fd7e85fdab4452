// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/cluster_rows.h"

#include <optional>
#include <span>
#include <vector>

namespace sluice {

// What may be asked of jobs that run on Kubernetes; see Reads.
class ClusterReads {
public:
    virtual ~ClusterReads() = default;

    // Nothing: the run does not exist, or does not run on Kubernetes.
    virtual std::optional<ClusterJobRow> job(RunId run) = 0;

    // What the worker leads, without what is gone, by run.
    virtual std::vector<LedJob> led_by(WorkerId worker) = 0;

    // Which of these run on Kubernetes, in no order; at most a thousand.
    virtual std::vector<RunId> known(std::span<const RunId> runs) = 0;
};

} // namespace sluice
