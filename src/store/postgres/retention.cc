// SPDX-License-Identifier: Apache-2.0
// retention.sql: what has become old, and whether something still hangs on it.
#include "store/postgres/codec.h"
#include "store/postgres/service_reads.h"
#include "store/postgres/service_tables.h"
#include "store/postgres/tables.h"

#include "store/postgres_sql.h"

#include <functional>

namespace sluice::postgres {

namespace {

ServiceReads::HiddenTask read_hidden_task(Row& row)
{
    ServiceReads::HiddenTask task;
    row.into(task.task, task.run, task.hidden_at);
    return task;
}

} // namespace

std::vector<RunRow> PostgresServiceReads::oldest_runs(RunId after, std::size_t limit)
{
    Params params;
    params.add(after).add(limit_of(limit));
    return connection_.query(sql::oldest_runs, params).all(read_run);
}

std::vector<ServiceReads::HiddenTask>
PostgresServiceReads::hidden_tasks(TaskId after, std::size_t limit)
{
    Params params;
    params.add(after).add(limit_of(limit));
    return connection_.query(sql::hidden_tasks, params).all(read_hidden_task);
}

std::vector<RunId> PostgresServiceTables::unneeded_runs(std::span<const RunId> runs)
{
    Params params;
    params.array(runs, std::identity());
    return connection_.query(sql::unneeded_runs, params).column<RunId>();
}

std::vector<TaskId>
PostgresServiceTables::unneeded_tasks(RunId run, std::span<const TaskId> tasks, Time hidden_before)
{
    Params params;
    params.array(tasks, std::identity()).add(run).add(hidden_before);
    return connection_.query(sql::unneeded_tasks, params).column<TaskId>();
}

void PostgresServiceTables::delete_links_to(const RunRow& run, std::span<const TaskId> tasks)
{
    Params params;
    params.add(run.task_first).add(run.task_last).array(tasks, std::identity());
    connection_.queue(sql::delete_links_to, params);
}

} // namespace sluice::postgres
