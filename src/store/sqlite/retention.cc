// SPDX-License-Identifier: Apache-2.0
// retention.sql: what has become old, and whether something still hangs on it.
#include "store/sqlite/codec.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/service_reads.h"
#include "store/sqlite/service_tables.h"
#include "store/sqlite/snapshot.h"

#include "store/sqlite_sql.h"

namespace sluice::sqlite {

namespace {

ServiceReads::HiddenTask read_hidden_task(Row& row)
{
    ServiceReads::HiddenTask task;
    row.into(task.task);
    row.into(task.run);
    row.into(task.hidden_at);
    return task;
}

} // namespace

std::vector<RunRow> SqliteServiceReads::oldest_runs(RunId after, std::size_t limit)
{
    const Snapshot snapshot(connection_, gate_);
    return collect(connection_.prepared(sql::oldest_runs), read_run, after, limit);
}

std::vector<ServiceReads::HiddenTask>
SqliteServiceReads::hidden_tasks(TaskId after, std::size_t limit)
{
    const Snapshot snapshot(connection_, gate_);
    return collect(connection_.prepared(sql::hidden_tasks), read_hidden_task, after, limit);
}

std::vector<RunId> SqliteServiceTables::unneeded_runs(std::span<const RunId> runs)
{
    std::vector<RunId> unneeded;
    for (const RunId run : runs)
        collect_into(unneeded, connection_.prepared(sql::unneeded_run), read_value<RunId>, run);
    return unneeded;
}

std::vector<TaskId>
SqliteServiceTables::unneeded_tasks(RunId run, std::span<const TaskId> tasks, Time hidden_before)
{
    std::vector<TaskId> unneeded;
    for (const TaskId task : tasks)
        collect_into(
            unneeded, connection_.prepared(sql::unneeded_task), read_value<TaskId>, task, run,
            hidden_before
        );
    return unneeded;
}

void SqliteServiceTables::delete_links_to(const RunRow& run, std::span<const TaskId> tasks)
{
    for (const TaskId task : tasks)
        connection_.prepared(sql::delete_links_to).run(run.task_first, run.task_last, task);
}

} // namespace sluice::sqlite
