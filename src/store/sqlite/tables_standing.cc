// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/codec.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/tables.h"

#include "store/sqlite_sql.h"

#include <algorithm>

namespace sluice::sqlite {

namespace {

using Selection = Tables::Selection;

// The rows of a selection: one statement per task, or one for the whole run.
template <class Out>
std::vector<Out> select(
    Connection& connection, const Selection& of, const Statement& of_task, const Statement& of_run,
    Out (*read)(Row&)
)
{
    if (of.tasks.empty())
        return collect(
            connection.prepared(of_run), read, of.run->task_first, of.run->task_last, of.run->id,
            of.limit
        );
    std::vector<Out> rows;
    Prepared& statement = connection.prepared(of_task);
    for (const TaskId task : of.tasks) {
        if (rows.size() >= of.limit)
            break;
        collect_into(rows, statement, read, task);
    }
    return rows;
}

std::vector<Place> ready(Connection& connection, const Selection& of)
{
    if (of.tasks.empty() && of.run->staged)
        return collect(
            connection.prepared(sql::ready_of_staged_run), read_place, of.run->id, of.limit
        );
    return select(connection, of, sql::ready_of_task, sql::ready_of_run, read_place);
}

} // namespace

std::vector<Place> SqliteTables::take_timers(const Selection& of)
{
    return select(connection_, of, sql::take_timer, sql::take_run_timers, read_place_with_time);
}

std::vector<Place> SqliteTables::take_ready(const Selection& of)
{
    std::vector<Place> rows = ready(connection_, of);
    Prepared& remove = connection_.prepared(sql::delete_ready);
    for (const Place& row : rows)
        remove.run(row.queue, row.nprio, row.task);
    return rows;
}

std::vector<Place> SqliteTables::take_held(const Selection& of)
{
    return select(connection_, of, sql::take_held, sql::take_run_held, read_place_with_time);
}

std::vector<NeedRow> SqliteTables::take_needs(const Selection& of)
{
    if (of.tasks.empty())
        return collect(
            connection_.prepared(sql::take_run_needs), read_need, of.run->task_first,
            of.run->task_last, of.run->id, of.limit
        );
    std::vector<NeedRow> rows = needs(of);
    Prepared& remove = connection_.prepared(sql::delete_need);
    for (const NeedRow& row : rows)
        remove.run(row.task);
    return rows;
}

std::vector<NeedRow> SqliteTables::needs(const Selection& of)
{
    return select(connection_, of, sql::need, sql::run_needs, read_need);
}

std::int64_t SqliteTables::waiting_count(const RunRow& run)
{
    Prepared& count = connection_.prepared(sql::waiting_count);
    return find(count, read_value<std::int64_t>, run.task_first, run.task_last, run.id).value();
}

std::vector<LeaseRow> SqliteTables::leases(const Selection& of)
{
    return select(connection_, of, sql::lease, sql::run_leases, read_lease);
}

std::vector<Place> SqliteTables::held(const Selection& of)
{
    return select(connection_, of, sql::held, sql::run_held, read_place_with_time);
}

} // namespace sluice::sqlite
