// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/result.h"
#include "exec/attempt_log.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

enum class Isolation : std::uint8_t {
    mount_namespace, // the command sees /pfs and /scratch
    none,            // it finds them through $SLUICE_PFS and $SLUICE_SCRATCH
};

enum class ImagePull : std::uint8_t { always, if_not_present, never };

// One attempt at running a command.
struct Command {
    std::vector<std::string> argv; // not empty; no shell; the program is looked up in env's PATH
    std::vector<std::string>
        env; // all of it, "NAME=value"; the runner adds SLUICE_PFS and _SCRATCH
    std::string working_directory; // process: empty is ours; container: unused, it is the image's
    std::string pfs;               // host directory shown as /pfs, read-only except for its `out`
    std::string scratch;           // host directory shown as /scratch
    // Both directories may be empty with Isolation::none: then the command is told of none.
    std::string log_file; // made when there is output, read with exec/attempt_log.h; empty: none
    std::chrono::milliseconds grace{10'000}; // between SIGTERM and SIGKILL
    Isolation isolation = Isolation::mount_namespace;

    // Each piece of output as it comes, called on a worker thread, one call at a time; optional.
    std::function<void(OutputStream, std::string_view)> forward;

    // For containers only.
    std::string name; // of the container: [a-zA-Z0-9][a-zA-Z0-9_.-]*, unique on this machine
    std::string image;
    ImagePull pull = ImagePull::if_not_present;
    std::optional<std::uint64_t> memory_bytes;
    std::optional<double> cpus;
};

enum class EndKind : std::uint8_t {
    exited,        // code is the exit status
    signaled,      // code is the signal
    out_of_memory, // killed by the kernel for want of memory; code is the signal
    not_started,   // the command cannot be run at all: a missing program, a missing directory
};

struct CommandEnd {
    EndKind kind = EndKind::exited;
    int code = 0;
    std::string error{};       // why it failed; empty exactly when it succeeded
    std::string output_tail{}; // the last 8 KiB of stdout and stderr as they came; any bytes
    std::string log_problem{}; // why the log is not complete (a full disk); usually empty

    bool succeeded() const { return kind == EndKind::exited && code == 0; }
};

// Runs commands. Lives on the loop thread; any number of run() at a time.
class CommandRunner {
public:
    virtual ~CommandRunner() = default;

    // Returns when the command itself has ended; what it left running in the background is killed
    // then, all of it. Cancelling the coroutine stops the command: SIGTERM, after the grace
    // SIGKILL, and operation_aborted is thrown when nothing of it is left. `command` must live
    // until then. Errors are those of the system, not of the command: unavailable (no descriptors,
    // processes, namespaces, container engine).
    virtual Async<Result<CommandEnd>> run(const Command& command) = 0;
};

} // namespace sluice
