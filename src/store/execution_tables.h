// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/execution_rows.h"

#include <span>
#include <string>
#include <vector>

namespace sluice {

// The statements of workflows in code in an open transaction; see Tables.
class ExecutionTables {
public:
    virtual ~ExecutionTables() = default;

    // The current version of each of the namespaces that has any, without the graph.
    virtual std::vector<WorkflowRow> current_workflows(std::span<const std::string> namespaces) = 0;

    // Inserts a version, or moves `registered_at` of the one that there is, never back; the row as
    // it stands then, without the graph.
    virtual WorkflowRow declare_workflow(const WorkflowRow& row) = 0;

    virtual void insert_executions(std::span<const ExecutionRow> rows) = 0;

    // What is ready in the open queues of these names, those of runs too; at most `limit`.
    virtual std::vector<Place> ready_in(std::span<const std::string> queues, std::size_t limit) = 0;
};

} // namespace sluice
