// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.h"
#include "async/worker_threads.h"
#include "base/log.h"
#include "base/os.h"
#include "batch/datum_runner.h"

#include <memory>

namespace sluice {

// Where and how this process runs commands: a directory of its own for their files, and the runner
// of the settings. The directory goes with it; one that a killed process left behind is removed by
// the next that comes.
class WorkPlace {
public:
    struct Options {
        const Config& config;
        std::function<void(OutputStream, std::string_view)> forward; // as Command::forward
    };

    // Errors: unavailable (no container engine, a full disk), and those of making the directory.
    // Blocks. `threads`, `blobs` and `clock` outlive it.
    static Result<WorkPlace>
    make(Options options, WorkerThreads& threads, JobBlobs& blobs, const Clock& clock, Log log);

    WorkPlace(WorkPlace&&) = default;
    ~WorkPlace();

    DatumRunner& runner() { return *runner_; }

private:
    WorkPlace() = default;

    std::string directory_;
    Fd lock_; // says that the directory's process lives
    std::unique_ptr<CommandRunner> commands_;
    std::unique_ptr<DatumRunner> runner_;
};

// This machine's name, as users know it.
std::string host_name();

// "<host>-<process id>": what a worker of this process is called.
std::string process_name();

} // namespace sluice
