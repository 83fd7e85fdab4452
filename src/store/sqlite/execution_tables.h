// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/execution_tables.h"
#include "store/sqlite/connection.h"

namespace sluice::sqlite {

// executions.sql: sets are loops, see SqliteTables.
class SqliteExecutionTables final : public ExecutionTables {
public:
    explicit SqliteExecutionTables(Connection& connection) : connection_(connection) {}

    std::vector<WorkflowRow> current_workflows(std::span<const std::string> namespaces) override;
    WorkflowRow declare_workflow(const WorkflowRow& row) override;
    void insert_executions(std::span<const ExecutionRow> rows) override;
    std::vector<Place> ready_in(std::span<const std::string> queues, std::size_t limit) override;

private:
    Connection& connection_;
};

} // namespace sluice::sqlite
