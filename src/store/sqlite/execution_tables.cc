// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/execution_tables.h"

#include "store/sqlite/codec.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/execution_codec.h"

#include "store/sqlite_sql.h"

namespace sluice::sqlite {

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

std::vector<Place>
SqliteExecutionTables::ready_in(std::span<const std::string> queues, std::size_t limit)
{
    std::vector<Place> places;
    Prepared& select = connection_.prepared(sql::ready_in);
    for (const std::string& name : queues)
        if (places.size() < limit)
            collect_into(places, select, read_place, name, limit - places.size());
    return places;
}

} // namespace sluice::sqlite
