// SPDX-License-Identifier: Apache-2.0
// executions.sql
#include "store/postgres/execution_tables.h"

#include "store/postgres/execution_codec.h"

#include "store/postgres/codec.h"
#include "store/postgres/tables.h"
#include "store/postgres_sql.h"

namespace sluice::postgres {

std::vector<WorkflowRow>
PostgresExecutionTables::current_workflows(std::span<const std::string> namespaces)
{
    Params params;
    params.texts("workflow.namespace", namespaces, [](const std::string& name) {
        return std::string_view(name);
    });
    return connection_.query(sql::current_workflows, params).all(read_workflow);
}

WorkflowRow PostgresExecutionTables::declare_workflow(const WorkflowRow& row)
{
    Params params;
    params.add(row.id).add(Text{"workflow.namespace", row.workflow_namespace});
    params.add(Text{"workflow.version", row.version}).add(Text{"workflow.graph", row.graph});
    params.add(row.created_at).add(row.registered_at);
    return connection_.query(sql::declare_workflow, params).first(read_workflow).value();
}

void PostgresExecutionTables::insert_executions(std::span<const ExecutionRow> rows)
{
    Params params;
    params.array(rows, &ExecutionRow::run).array(rows, &ExecutionRow::workflow);
    params.texts("execution.context", rows, &ExecutionRow::context, Params::Empty::is_null);
    connection_.queue(sql::insert_executions, params);
}

std::vector<Place>
PostgresExecutionTables::ready_in(std::span<const std::string> queues, std::size_t limit)
{
    Params params;
    params.add(limit_of(limit)); // in the order of the statement
    params.texts("queue.name", queues, [](const std::string& name) {
        return std::string_view(name);
    });
    return connection_.query(sql::ready_in, params).all(read_place);
}

} // namespace sluice::postgres
