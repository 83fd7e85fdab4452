// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workflows/registry.h"
#include "workflows/run_report.h"

#include <span>
#include <string>
#include <vector>

namespace sluice {

// A run that this process has made: what never changes of it.
struct OwnRun {
    KnownWorkflowPtr workflow;
    RunId run;
    Time created_at;
    std::vector<TaskId> tasks; // in the order of the submission, ascending
};

// The report of a final run, as RunReads would read it, from the ends of its tasks in any order.
// Null: they are not all there, or not those that the run has counted. `initial_context` is as
// stored.
SharedReport ended_report(
    const OwnRun& run, std::string id, const EndedRun& ended, std::vector<SharedEnd> ends,
    std::string initial_context
);

} // namespace sluice
