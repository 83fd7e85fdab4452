// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "model/workflow/workflow_definition.h"
#include "store/execution_rows.h"

#include <string>
#include <vector>

namespace sluice {

class Store;

// The workflows that programs have declared, from the database: of the commands. Lives on the loop;
// borrows the store. Errors: those of the store, and what stands with each.
class WorkflowReads {
public:
    explicit WorkflowReads(Store& store) : store_(store) {}

    // The current version of each, by namespace.
    Async<Result<std::vector<WorkflowRow>>> list();

    // The namespace of a workflow by that or by its short name. Errors: not_found (with the nearest
    // name), conflict (several have the short name).
    Async<Result<std::string>> find(std::string name);

    // A version of it; "": the current one. Errors: not_found, corrupt.
    struct Workflow {
        WorkflowRow row;
        WorkflowDefinition definition;
    };
    Async<Result<Workflow>> get(std::string workflow_namespace, std::string version);

    // All versions, the current one first.
    Async<Result<std::vector<WorkflowRow>>> versions(std::string workflow_namespace);

    // The live processes that serve it, newest first.
    Async<Result<std::vector<WorkerRow>>> servers(std::string workflow_namespace);

private:
    Store& store_;
};

// Whether a worker has said that it serves this queue.
bool serves(const WorkerRow& worker, const std::string& queue);

} // namespace sluice
