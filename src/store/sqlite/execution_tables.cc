// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/execution_tables.h"

#include "store/sqlite/collect.h"

#include "store/sqlite_sql.h"

namespace sluice::sqlite {

namespace {

WorkflowRow read_workflow(Row& row)
{
    WorkflowRow workflow;
    row.into(workflow.id);
    row.into(workflow.workflow_namespace);
    row.into(workflow.version);
    row.into(workflow.created_at);
    row.into(workflow.registered_at);
    return workflow;
}

} // namespace

std::vector<WorkflowRow>
SqliteExecutionTables::current_workflows(std::span<const std::string> namespaces)
{
    std::vector<WorkflowRow> rows;
    Prepared& select = connection_.prepared(sql::current_workflow);
    for (const std::string& name : namespaces)
        collect_into(rows, select, read_workflow, name);
    return rows;
}

WorkflowRow SqliteExecutionTables::declare_workflow(const WorkflowRow& row)
{
    return find(
               connection_.prepared(sql::declare_workflow), read_workflow, row.id,
               row.workflow_namespace, row.version, row.graph, row.created_at, row.registered_at
    )
        .value();
}

void SqliteExecutionTables::insert_executions(std::span<const ExecutionRow> rows)
{
    Prepared& insert = connection_.prepared(sql::insert_execution);
    for (const ExecutionRow& row : rows)
        insert.run(row.run, row.workflow, row.context);
}

} // namespace sluice::sqlite
