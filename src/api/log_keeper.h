// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/signal.h"
#include "async/task_scope.h"
#include "base/log.h"
#include "batch/jobs.h"

#include <map>
#include <string>

namespace sluice {

class LogPeers;
class LogUploads;

// Ends the logs that workers have sent here, once their attempts are over, however these ended: the
// server whose copy goes furthest marks it complete and puts it into the archive. Lives on the
// loop; ends with stop().
class LogKeeper {
public:
    // What it works with, and outlives it.
    struct Parts {
        Jobs& jobs;
        LogUploads& uploads;
        LogPeers& peers;
    };

    LogKeeper(asio::any_io_executor executor, Parts parts, Log log);

    // A piece of this log has come.
    void written(const Jobs::LogPlace& place);

    // Its attempt is over. A server that has neither peers nor an archive completes it at once.
    Async<void> ended(Jobs::LogPlace place);

    // Looks at all logs that are not settled. How many it has settled.
    Async<Result<std::size_t>> run_once();

    // Looks a last time, for a short while.
    Async<void> stop();

private:
    bool is_alone() const;
    void remember(const Jobs::LogPlace& place);
    Async<Result<bool>> settle(Jobs::LogPlace place);
    Async<void> run();

    Parts parts_;
    Log log_;
    TaskScope scope_;
    Signal news_;
    std::map<std::string, Jobs::LogPlace> open_; // by path
    bool runs_ = false;
};

} // namespace sluice
