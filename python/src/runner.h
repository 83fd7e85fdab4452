// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/fork_guard.h"
#include "run.h"
#include "workflows/host.h"

#include <pybind11/pybind11.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace sluice::python {

namespace py = pybind11;

// What Python knows as Runner, but for schedules (schedules.h). With the GIL.
class Runner {
public:
    Runner(const std::string& url, const std::string& options, std::optional<std::string> schema);
    ~Runner();
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;

    // Its calls do not wait. Error: forked, closed.
    Host& host() const;

    std::shared_ptr<Run>
    execute(const std::string& name, const std::optional<std::string>& context);
    std::shared_ptr<Run> execute_async(
        const std::string& name, const std::optional<std::string>& context, py::handle on_status
    );
    std::shared_ptr<Run> run(const std::string& run_id);
    std::string list_runs(const std::string& query);
    void pause(const std::string& run_id);
    void resume(const std::string& run_id);
    std::shared_ptr<Run> retry_from(const std::string& run_id, const std::string& task_id);
    std::string why(const std::string& run_id);
    std::string metrics();
    std::size_t shutdown(std::int64_t grace_ms);

private:
    Birthplace born_;
    std::shared_ptr<Host> host_;
};

using RunnerClass = py::class_<Runner, std::shared_ptr<Runner>>;

RunnerClass add_runner(py::module_& module);

// Log lines of all Runners go there; `write(level of Python's logging, text)`.
void set_log(py::handle write);

// Ends all Runners, and lets go of functions; how many bodies still run.
std::size_t end_all_runners(std::int64_t grace_ms);

// Of those that were registered, and of that of set_log(). At the program's exit: in a program that
// has made no Runner, nothing else would.
void let_go_of_functions();

} // namespace sluice::python
