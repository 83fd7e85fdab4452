// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/codec.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/tables.h"

#include "store/sqlite_sql.h"

namespace sluice::sqlite {

std::vector<Place> SqliteTables::take_due_timers(Time now, std::size_t limit)
{
    return collect(connection_.prepared(sql::take_due_timers), read_place_with_time, now, limit);
}

std::vector<LeaseRow> SqliteTables::expired_leases(Time now, std::size_t limit)
{
    return collect(connection_.prepared(sql::expired_leases), read_lease, now, limit);
}

std::vector<RunId> SqliteTables::expired_runs(Time now, std::size_t limit)
{
    return collect(connection_.prepared(sql::expired_runs), read_value<RunId>, now, limit);
}

std::vector<RunId> SqliteTables::sweepable_runs(std::size_t limit)
{
    return collect(connection_.prepared(sql::sweepable_runs), read_value<RunId>, limit);
}

std::vector<LeaseRow> SqliteTables::abandoned_leases(Time before, std::size_t limit)
{
    return collect(connection_.prepared(sql::abandoned_leases), read_lease, before, limit);
}

void SqliteTables::forget_workers(Time before)
{
    connection_.prepared(sql::forget_workers).run(before);
}

std::vector<RunId> SqliteTables::abandoned_loads(Time before)
{
    return collect(connection_.prepared(sql::abandoned_loads), read_value<RunId>, before);
}

std::vector<Tables::TaskOfRun>
SqliteTables::first_tasks(std::span<const RunRow> runs, std::size_t limit)
{
    std::vector<TaskOfRun> tasks;
    Prepared& select = connection_.prepared(sql::first_tasks);
    for (const RunRow& run : runs) {
        if (tasks.size() == limit)
            break;
        const auto add = [&](Row& row) { tasks.push_back({row.get<TaskId>(), run.id}); };
        select.rows(add, run.task_first, run.task_last, run.id, limit - tasks.size());
    }
    return tasks;
}

void SqliteTables::delete_tasks(std::span<const TaskId> ids)
{
    // The task itself goes last: the place in ready is found through it.
    const Statement* statements[] = {
        &sql::delete_task_ready,
        &sql::delete_task_timer,
        &sql::delete_need,
        &sql::delete_lease,
        &sql::delete_task_held,
        &sql::delete_task_done,
        &sql::delete_task_links,
        &sql::delete_task_attempts,
        &sql::delete_card,
        &sql::delete_progress,
        &sql::delete_task_owed,
        &sql::delete_task_deliveries,
        &sql::delete_gated,
        &sql::delete_task_outside_links,
        &sql::delete_task_settlements,
        &sql::delete_uses,
        &sql::delete_task};
    for (const Statement* statement : statements) {
        Prepared& remove = connection_.prepared(*statement);
        for (const TaskId id : ids)
            remove.run(id);
    }
}

} // namespace sluice::sqlite
