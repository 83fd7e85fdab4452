// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/result.h"
#include "batch/attempt_logs.h"

#include <cstdint>
#include <string>

namespace sluice {

class BlobStore;

// Finished logs of attempts as objects "<place>/<job id>/<datum id>.<attempt>.log", so that they
// outlive the servers. The objects are the very files. Lives on the loop; what it is given outlives
// it.
class LogArchive {
public:
    // `place`: raw URI of a folder.
    LogArchive(BlobStore& blobs, WorkerThreads& threads, std::string place);

    // Puts a log there; nobody writes to `file` any more. Again: replaces it. Errors: those of the
    // storage.
    Async<Result<void>> keep(AttemptLogName name, std::string file);

    // Brings a log into `file`, which it replaces whole, and whose directory it makes. False: there
    // is none, and nothing has changed. Errors: those of the storage and of the disk.
    Async<Result<bool>> bring(AttemptLogName name, std::string file);

    // Removes the logs of a job.
    Async<Result<void>> remove(std::string job_id);

private:
    std::string object_of(const AttemptLogName& name) const;

    BlobStore& blobs_;
    WorkerThreads& threads_;
    std::string place_;
    std::uint64_t brought_ = 0;
};

} // namespace sluice
