// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/execution_reads.h"
#include "workflows/run_report.h"

#include <span>
#include <vector>

namespace sluice {

// How rows become what users read about runs. On a reader thread.

RunStatus status_of(const Reads::Run& run);

// Why it did not complete; empty otherwise.
std::string error_of(const Reads::Run& run);

// Tasks, without the results of their ends, and those whose outputs each asks for.
struct TaskRows {
    std::vector<TaskReport> tasks;
    std::vector<TaskParents> parents;
};
TaskRows task_rows(Reads& reads, const ExecutionReads::TaskFilter& filter);

// The dependencies as places in the list. All of them are in it.
ParentPlaces places_of(std::span<const TaskReport> tasks, std::span<const TaskParents> parents);

} // namespace sluice
