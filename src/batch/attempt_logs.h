// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/worker_threads.h"
#include "exec/attempt_log.h"

#include <chrono>
#include <string>
#include <string_view>

namespace sluice {

struct AttemptLogName {
    std::string_view job_id;
    std::string_view datum_id;
    int attempt = 1;
};

// "<directory>/<job id>/<datum id>.<attempt>.log".
std::string attempt_log_path(std::string_view directory, const AttemptLogName& name);

// The logs of attempts in one directory; the file work is done on `threads`.
class AttemptLogs {
public:
    AttemptLogs(WorkerThreads& threads, std::string directory)
        : threads_(threads), directory_(std::move(directory))
    {}

    std::string path(const AttemptLogName& name) const
    {
        return attempt_log_path(directory_, name);
    }

    // As read_attempt_log(): a log that does not exist is empty.
    Async<Result<LogPage>> read(std::string path, std::uint64_t offset, std::size_t bytes_max);

    // The same, but waits up to `limit` until there is something after `offset`, or never will be.
    // A log whose writer was killed is never complete: ask for the state of its datum meanwhile.
    Async<Result<LogPage>>
    follow(std::string path, std::uint64_t offset, std::chrono::steady_clock::duration limit);

    // As measure_attempt_log().
    Async<Result<LogExtent>> measure(std::string path);

    // Removes the logs of a job.
    Async<Result<void>> remove(std::string job_id);

private:
    WorkerThreads& threads_;
    std::string directory_;
};

} // namespace sluice
