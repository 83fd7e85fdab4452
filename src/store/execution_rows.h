// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/rows.h"
#include "store/schedule_rows.h"
#include "store/task_parents.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

// The rows of workflows in code, as values (docs/decisions/0009).

// A version of a workflow that some program has registered. The current one of a namespace is the
// one that was registered last.
struct WorkflowRow {
    WorkflowId id;
    std::string workflow_namespace; // tenant::package::workflow
    std::string version;            // 16 hexadecimal digits
    std::string graph;              // JSON (model/workflow); empty where a read leaves it out
    Time created_at;
    Time registered_at;
};

// What a run of a workflow has beside its run row.
struct ExecutionRow {
    RunId run;
    WorkflowId workflow;
    std::string context; // the initial one, JSON; empty: the empty one
};

// A run that has become final, with what whoever waits for it asks.
struct EndedRun {
    RunRow row;
    std::string error; // as RunDetail
};

// An end that travels with the commit that has made it.
using SharedEnd = std::shared_ptr<const DoneRow>;

} // namespace sluice
