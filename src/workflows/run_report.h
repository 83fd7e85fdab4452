// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "model/workflow/run_words.h"
#include "model/workflow/task_order.h"
#include "store/execution_rows.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

// A task of a run as it stood when the report was made.
struct TaskReport {
    TaskId task;
    std::string id; // within the workflow
    TaskStatus status = TaskStatus::not_started;
    std::optional<Time> started_at = {}; // of the last attempt
    std::optional<Time> ended_at = {};
    int attempts = 0;       // that have begun
    std::string error = {}; // of the last attempt, or why it was skipped
    SharedEnd end = {};     // of a final task; its result is the output if it completed
};

// A run as it stood then; of a final one nothing changes any more. Immutable.
struct RunReport {
    RunId run;
    std::string id;       // public id
    std::string workflow; // its namespace
    std::string version;
    RunStatus status = RunStatus::pending;
    Time created_at;
    std::optional<Time> ended_at = {};
    std::string error = {};             // run_error()
    std::vector<TaskReport> tasks = {}; // in the order of their description
    ParentPlaces parents = {};          // dependencies of each, as declared
    std::string initial_context = {};   // as stored: empty is the empty one
};

using SharedReport = std::shared_ptr<const RunReport>;

// The merged outputs of the leaves (final_context.h), as text to give to people: "{}" for the empty
// one. Takes the time of parsing and merging: not for the loop. Errors: corrupt.
Result<std::string> final_context_of(const RunReport& report);

// The tasks with parents first, otherwise in the order of their description.
TaskPlaces topological_order_of(const RunReport& report);

// A run as it stands in a list; counts are of tasks.
struct RunLine {
    std::string id;
    std::string workflow;
    std::string version;
    RunStatus status = RunStatus::pending;
    Time created_at;
    std::optional<Time> ended_at = {};
    RunCounts counts = {};
};

} // namespace sluice
