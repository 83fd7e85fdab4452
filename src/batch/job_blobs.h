// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "batch/secret_source.h"
#include "blob/bucket_access.h"
#include "model/pipeline.h"

#include <functional>
#include <memory>

namespace sluice {

// The storage of jobs: files, and buckets with the credentials that their pipelines name. Lives on
// the loop; what it is given outlives it.
class JobBlobs {
public:
    virtual ~JobBlobs() = default;

    // For whatever is done with the files of a job; it may be held for as long as that takes.
    // `pipeline` outlives the call. Errors: invalid (a secret that is missing or may not be read,
    // with its name), and what may succeed later.
    virtual Async<Result<std::shared_ptr<BlobStore>>> of(const Pipeline& pipeline) = 0;

    // With the credentials of this process; for what is no job's.
    virtual BlobStore& own() = 0;
};

// How to reach the services; tests have others.
using MakeObjectService =
    std::function<std::unique_ptr<ObjectService>(BucketParts parts, Variables variables)>;

struct JobBlobParts {
    asio::any_io_executor executor;
    WorkerThreads& threads;               // for files
    std::function<BucketParts()> buckets; // asked once, when the first bucket is met
    Variables own;                        // of this process
    SecretSource* secrets = nullptr; // null: what a pipeline names stands in `own`, as in a pod
    MakeObjectService make_s3 = make_s3_service;
    MakeObjectService make_gcs = make_gcs_service;
};

// A pipeline names its credentials by the secret whose key becomes AWS_ACCESS_KEY_ID, and for gs://
// GOOGLE_SERVICE_ACCOUNT_KEY. With them go all other keys of that secret, and where buckets are:
// what the pipeline says, else what this process says. A job without such a secret has the
// credentials of this process. Secrets are kept for a minute, and for longer while they cannot be
// read for a reason that passes.
std::unique_ptr<JobBlobs> make_job_blobs(JobBlobParts parts);

// One store for all jobs, whatever their pipelines name.
class OneBlobStore final : public JobBlobs {
public:
    explicit OneBlobStore(std::shared_ptr<BlobStore> store) : store_(std::move(store)) {}

    Async<Result<std::shared_ptr<BlobStore>>> of(const Pipeline&) override { co_return store_; }
    BlobStore& own() override { return *store_; }

private:
    std::shared_ptr<BlobStore> store_;
};

} // namespace sluice
