// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "exec/command.h"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

class WorkerThreads;

// A program of this machine that serves us, such as kubectl. It and all its children end with the
// call's cancellation, and with this process, whatever ends that.
struct ChildProgram {
    std::vector<std::string> argv; // not empty; the program is looked up in env's PATH
    std::vector<std::string> env;  // all of it, "NAME=value"

    // Each piece of output as it comes, on a worker thread, one call at a time; optional.
    std::function<void(OutputStream, std::string_view)> on_output = {};
    std::chrono::milliseconds grace{2'000}; // between SIGTERM and SIGKILL
};

// Runs it in our working directory, with an empty input, until it ends; the end of its output
// stands in CommandEnd::output_tail. Cancellation stops it: SIGTERM, after the grace SIGKILL, and
// operation_aborted is thrown when nothing of it is left. `program` must live until then. Errors:
// as those of CommandRunner::run().
Async<Result<CommandEnd>> run_child(const ChildProgram& program, WorkerThreads& threads);

} // namespace sluice
