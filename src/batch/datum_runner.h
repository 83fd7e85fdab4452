// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/worker_threads.h"
#include "base/log.h"
#include "batch/blob_stores.h"
#include "batch/datum_channel.h"
#include "exec/command.h"
#include "exec/executor.h"
#include "exec/work_dir.h"

#include <functional>
#include <set>

namespace sluice {

// Runs datums in this process, wherever they come from: lays out the work directory, fetches the
// inputs, runs the command, collects, announces and uploads the outputs. Any number at a time.
// Lives on the loop; what it is given outlives it.
class DatumRunner {
public:
    struct Options {
        std::string work_directory;    // of this process alone; below it one directory per attempt
        std::string log_directory;     // attempt_log_path() says where in it
        std::string secrets_directory; // <directory>/<name>/<key>; empty: there are none
        std::string node_name;         // this machine
        std::string pod_name;          // this worker
        std::vector<std::string> base_env; // what every command gets: process_environment(), or
                                           // nothing for containers
        Isolation isolation = Isolation::mount_namespace;
        std::chrono::milliseconds grace{10'000};
        std::function<void(OutputStream, std::string_view)>
            forward; // as Command::forward; optional
    };

    DatumRunner(
        BlobStores& blobs, CommandRunner& commands, WorkerThreads& threads, Options options, Log log
    );

    // Runs the attempt to its end; its work directory is gone afterwards. The result is JSON
    // {"output": the last 8 KiB of what was printed}. After a stop request the command is stopped,
    // and the outcome is `returned` unless everything had ended before. All three outlive the call.
    Async<Outcome> run(const DatumWork& work, DatumChannel& channel, Stop& stop);

    // Fetches the inputs ahead of run(), which must not begin before this has returned. An error
    // only means that run() will meet it again.
    Async<Result<void>> prefetch(const DatumWork& work);

    // Forgets what prefetch() brought, when run() will not follow.
    Async<void> discard(const DatumWork& work);

    const Options& options() const { return options_; }

private:
    Async<Outcome>
    run_in(WorkDir& directory, const DatumWork& work, DatumChannel& channel, Stop& stop);
    Async<Result<void>> lay_out(WorkDir& directory, const DatumWork& work);
    Async<Result<Command>> command_for(const WorkDir& directory, const DatumWork& work);
    Async<Result<void>> deliver(WorkDir& directory, const DatumWork& work, DatumChannel& channel);
    Async<Result<void>>
    upload(const DatumWork& work, const std::vector<OutputFile>& files, DatumChannel& channel);
    std::string root_of(const DatumWork& work) const;

    BlobStores& blobs_;
    CommandRunner& commands_;
    WorkerThreads& threads_;
    Options options_;
    Log log_;
    std::set<std::string> prefetched_; // work directories
};

// PATH, HOME and the like of this process, as "NAME=value"; nothing that is a secret of ours.
std::vector<std::string> process_environment();

} // namespace sluice
