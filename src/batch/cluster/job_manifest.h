// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/workload.h"
#include "model/pipeline.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace sluice {

// What all Jobs of an installation have in common.
struct ClusterJobSettings {
    std::string name_space = "default";
    std::string server_url;               // as pods reach it
    std::string worker_image;             // Sluice's: its init container installs the worker
    std::string worker_image_pull_policy; // empty: the cluster's rule
    std::int64_t ttl_seconds = 86'400; // a Job that nobody has deleted goes so long after its end
    // Of the emptyDirs at /pfs and /scratch: medium "" (the node's disk) or "Memory", size a
    // quantity; empty: no limit.
    std::string pfs_medium, pfs_size, scratch_medium, scratch_size;
    std::map<std::string, std::string> bucket_env; // of the server, not secret
    // Of the next datum's inputs, where a pipeline does not say it itself (SLUICE_PREFETCH_MAX);
    // nothing: as a worker has it.
    std::optional<std::uint64_t> prefetch_bytes_max = {};
};

struct ClusterJobFacts {
    const Pipeline& pipeline;
    std::string id;   // UUID
    std::string name; // of the job, the Job and the token's Secret
    std::int64_t datums = 0;
};

// The Kubernetes Job of a job. Pure; nothing secret stands in it.
kube::JobObject job_manifest(const ClusterJobFacts& job, const ClusterJobSettings& settings);

// The Secret with the token of the job's workers, which goes with the Job of this uid.
kube::SecretObject token_secret(
    const ClusterJobFacts& job, const ClusterJobSettings& settings, std::string token,
    std::string job_uid
);

} // namespace sluice
