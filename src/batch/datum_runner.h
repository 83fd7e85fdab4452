// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/worker_threads.h"
#include "base/log.h"
#include "batch/datum_channel.h"
#include "batch/job_blobs.h"
#include "batch/upload_leave.h"
#include "exec/command.h"
#include "exec/executor.h"
#include "exec/work_dir.h"

#include <functional>
#include <memory>
#include <optional>
#include <set>

namespace sluice {

// Runs datums in this process, wherever they come from: lays out the work directory, fetches the
// inputs, runs the command, collects, announces and uploads the outputs. Any number at a time.
// Lives on the loop; what it is given outlives it.
class DatumRunner {
public:
    // Where the values of secrets come from that a pipeline has as variables.
    enum class Secrets : std::uint8_t { files, base_env };

    struct Options {
        std::string work_directory;    // of this process alone; below it one directory per attempt
        std::string log_directory;     // attempt_log_path() says where in it
        std::string secrets_directory; // <directory>/<name>/<key>; empty: there are none
        std::string node_name;         // this machine
        std::string pod_name;          // this worker
        std::vector<std::string> base_env; // what every command gets: process_environment(), or
                                           // nothing for containers
        Secrets secrets = Secrets::files;
        std::optional<std::string> command_directory; // of commands whose work names none; nothing:
                                                      // the attempt's scratch
        Isolation isolation = Isolation::mount_namespace;
        std::chrono::milliseconds grace{10'000};
        std::function<void(OutputStream, std::string_view)>
            forward; // as Command::forward; optional

        // The places of an attempt; null: a directory below work_directory.
        std::function<std::unique_ptr<AttemptPlace>(const DatumWork&)> make_place;

        std::uint64_t prefetch_bytes_max = 10ull << 30; // of one datum; 0: nothing is prefetched
        const ClockSource* clock = nullptr;             // null: the machine's; outlives the runner
        UploadLeaveKeeper::Options leave = {};
    };

    DatumRunner(
        JobBlobs& blobs, CommandRunner& commands, WorkerThreads& threads, Options options, Log log
    );

    // Runs the attempt to its end; its work directory is gone afterwards. The result is JSON
    // {"output": the last 8 KiB of what was printed}. After a stop request the command is stopped,
    // and the outcome is `returned` unless everything had ended before. All three outlive the call.
    Async<Outcome> run(const DatumWork& work, DatumChannel& channel, Stop& stop);

    // Fetches the inputs ahead of run(), which must not begin before this has returned. An error
    // only means that run() will fetch them itself, as when they take more of the disk than
    // Options::prefetch_bytes_max.
    Async<Result<void>> prefetch(const DatumWork& work);

    // Forgets what prefetch() brought, when run() will not follow.
    Async<void> discard(const DatumWork& work);

    const Options& options() const { return options_; }
    const ClockSource& clock() const { return *options_.clock; } // by which leaves are counted

private:
    Async<Outcome>
    run_in(AttemptPlace& place, const DatumWork& work, DatumChannel& channel, Stop& stop);
    Async<Result<void>> lay_out(AttemptPlace& place, const DatumWork& work, StopEvent* stop);
    Async<Result<void>> lay_out_ahead(AttemptPlace& place, const DatumWork& work);
    Async<Result<Command>> command_for(const AttemptPlace& place, const DatumWork& work);
    Async<std::optional<Result<CommandEnd>>> run_command(const Command& command, Stop& stop);
    Async<std::optional<Outcome>>
    deliver(AttemptPlace& place, const DatumWork& work, DatumChannel& channel, Stop& stop);
    Async<Result<void>>
    upload(const DatumWork& work, const std::vector<OutputFile>& files, UploadLeaveKeeper& keeper);
    std::unique_ptr<AttemptPlace> place_of(const DatumWork& work);
    Async<void> tidy_up(AttemptPlace& place, const DatumWork& work);

    JobBlobs& blobs_;
    CommandRunner& commands_;
    WorkerThreads& threads_;
    Options options_;
    Log log_;
    std::set<std::string> prefetched_; // names of attempts
};

// PATH, HOME and the like of this process, as "NAME=value"; nothing that is a secret of ours.
std::vector<std::string> process_environment();

} // namespace sluice
