// SPDX-License-Identifier: Apache-2.0
// How runs and their tasks stand, and what came out.
#pragma once

#include "sluice/context.h"
#include "sluice/export.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::workflows {

using Time = std::chrono::system_clock::time_point; // with microseconds

// pending: none of its tasks has started yet. The last three are final.
enum class RunStatus { pending, running, paused, completed, failed, cancelled };

// not_started: some dependency is not final. ready: it may start when its time has come and a
// Runner has a slot. The last four are final.
enum class TaskStatus {
    not_started,
    ready,
    running,
    paused,
    completed,
    failed,
    cancelled,
    skipped,
};

// As results spell it: "Pending", "Completed", "NotStarted", …
SLUICE_API std::string_view name(RunStatus status);
SLUICE_API std::string_view name(TaskStatus status);

constexpr bool is_final(RunStatus status)
{
    return status >= RunStatus::completed;
}

constexpr bool is_final(TaskStatus status)
{
    return status >= TaskStatus::completed;
}

// A task of a run as it stood when the result was read.
struct TaskResult {
    std::string id = {};
    TaskStatus status = TaskStatus::not_started;
    std::optional<Time> start_time = {}; // of the last attempt
    std::optional<Time> end_time = {};   // of the last attempt
    int attempts = 0;                    // that have begun, also those that a crash has ended
    std::string error = {};              // of the last attempt, or why it was skipped
    std::optional<Context> output = {};  // when it completed
};

// A run as it stood when the result was read; of a final run nothing changes any more. A value,
// immutable, cheap to copy. Any thread may use it.
class SLUICE_API RunResult {
public:
    const std::string& id() const noexcept;
    const std::string& workflow() const noexcept; // its namespace: "public::embedded::orders"
    const std::string& version() const noexcept;  // of the definition that the run goes by
    RunStatus status() const noexcept;

    Time start_time() const noexcept; // when it was created
    std::optional<Time> end_time() const noexcept;

    // The merged outputs of the tasks that nothing depends on; the initial context when there are
    // none. Of a run that is not final: of what there is so far. Merged at the first call, which
    // throws ContextError when a stored output is damaged.
    const Context& final_context() const;
    const Context& initial_context() const;

    // "2 task(s) failed, 5 completed, 1 skipped", why it was canceled, or that its time ran out.
    // Empty when it completed, or is not final.
    const std::string& error_message() const noexcept;

    // In the order of their description. Read at the first call, as final_context().
    const std::vector<TaskResult>& tasks() const;

    // Error, not_found, for an id that no task has.
    const TaskResult& task(std::string_view id) const;

private:
    friend struct Inside; // of the library
    struct Facts;
    explicit RunResult(std::shared_ptr<const Facts> facts) noexcept;

    std::shared_ptr<const Facts> facts_;
};

// A run as it stands in a list. The counts are of tasks.
struct RunSummary {
    std::string id = {};
    std::string workflow = {}; // its namespace
    std::string version = {};
    RunStatus status = RunStatus::pending;
    Time created_at = {};
    std::optional<Time> end_time = {};
    std::int64_t total = 0;
    std::int64_t completed = 0;
    std::int64_t failed = 0;
    std::int64_t skipped = 0;
    std::int64_t cancelled = 0;
};

// Runs that are all of this, newest first. The page after one asks for those `before` its last id.
struct RunQuery {
    std::string workflow = {}; // its name or its namespace; empty: any
    std::optional<RunStatus> status = {};
    std::string before = {}; // empty: from the newest on
    std::size_t limit = 50;  // 1 to 1,000
};

} // namespace sluice::workflows
