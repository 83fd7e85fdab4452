// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "batch/job_blobs.h"
#include "blob/bucket_client.h"

#include <memory>

namespace sluice {

class Cluster;
struct Config;

// The storage of this process's jobs, as its settings say: files, and buckets with what secrets or
// its own environment know. Lives on the loop; what it is given outlives it.
class JobStorage {
public:
    JobStorage(
        asio::any_io_executor executor, const Config& config, WorkerThreads& threads, Log log
    );
    ~JobStorage();

    JobBlobs& blobs() { return *blobs_; }

    // Secrets are the cluster's from now on, no longer those of --secrets-dir.
    void use_secrets_of(Cluster& cluster);

    // Returns when the cluster is asked nothing any more. Secrets are unavailable then.
    Async<void> leave_cluster();

private:
    class Secrets;

    BucketClient client_;
    std::unique_ptr<Secrets> secrets_;
    std::unique_ptr<JobBlobs> blobs_;
};

} // namespace sluice
