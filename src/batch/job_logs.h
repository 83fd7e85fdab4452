// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "batch/jobs.h"

#include <deque>
#include <optional>

namespace sluice {

// The logs of all datums of a job, one after the other in plan order, each with all its attempts.
// Borrows the Jobs.
class JobLogs {
public:
    JobLogs(Jobs& jobs, std::string job) : jobs_(jobs), job_(std::move(job)) {}

    struct Piece {
        std::string datum_id;
        int attempt = 1;
        std::vector<LogChunk> chunks; // not empty
    };
    // What has been printed until now; nothing at the end. Errors: not_found (the job), and those
    // of reading.
    Async<Result<std::optional<Piece>>> next();

private:
    Async<Result<void>> next_page();

    Jobs& jobs_;
    std::string job_;
    std::deque<Datum> datums_; // those still to be read; the first is being read
    std::string after_;
    bool at_end_ = false;
    int attempt_ = 1;
    std::uint64_t offset_ = 0;
};

} // namespace sluice
