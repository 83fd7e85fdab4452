// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/execution_tables.h"
#include "store/postgres/connection.h"

namespace sluice::postgres {

// executions.sql; see PostgresTables.
class PostgresExecutionTables final : public ExecutionTables {
public:
    explicit PostgresExecutionTables(Connection& connection) : connection_(connection) {}

    std::vector<WorkflowRow> current_workflows(std::span<const std::string> namespaces) override;
    WorkflowRow declare_workflow(const WorkflowRow& row) override;
    void insert_executions(std::span<const ExecutionRow> rows) override;
    std::vector<Place> ready_in(std::span<const std::string> queues, std::size_t limit) override;

private:
    Connection& connection_;
};

} // namespace sluice::postgres
