// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/log_peers.h"
#include "batch/jobs.h"

namespace sluice {

// Where the logs of attempts are looked for: here, at the other servers, in the archive.
struct LogShelves {
    LogShelves(Jobs& jobs, LogPeers* peers = nullptr) : jobs(jobs), peers(peers) {}

    Jobs& jobs;
    LogPeers* peers; // null: none are asked
};

// The best copy of a log. Offsets mean the same in all copies, unless a piece was cut out.
struct OpenLog {
    Jobs::LogPlace place;
    LogPeers::Copy copy;
};

// Finds the copy that goes furthest; a finished log that no server has comes from the archive.
// `attempt` 0: the last one. Errors: not_found (datum, attempt), and those of the archive when
// there is nothing else.
Async<Result<OpenLog>> open_log(LogShelves shelves, std::string datum, int attempt);

// As AttemptLogs::read().
Async<Result<LogPage>> read_log(LogShelves shelves, const OpenLog& log, LogPiece piece);

} // namespace sluice
