// SPDX-License-Identifier: Apache-2.0
// standing.sql
#include "store/postgres/codec.h"
#include "store/postgres/tables.h"
#include "store/postgres_sql.h"

#include <functional>

namespace sluice::postgres {

// The statement for the run as a whole, or the one for some of its tasks.
Rows PostgresTables::select(const Statement& of_run, const Statement& of_tasks, const Selection& of)
{
    Params params;
    if (of.tasks.empty())
        params.add(of.run->task_first).add(of.run->task_last).add(of.run->id);
    else
        params.array(of.tasks, std::identity());
    params.add(limit_of(of.limit));
    return connection_.query(of.tasks.empty() ? of_run : of_tasks, params);
}

std::vector<Place> PostgresTables::take_timers(const Selection& of)
{
    return select(sql::take_timers_of_run, sql::take_timers_of_tasks, of).all(read_place_with_time);
}

std::vector<Place> PostgresTables::take_ready(const Selection& of)
{
    if (!of.tasks.empty())
        return select(sql::take_ready_of_tasks, sql::take_ready_of_tasks, of).all(read_place);
    Params params; // in the order of that statement
    params.add(of.run->id).add(of.run->task_first).add(of.run->task_last).add(limit_of(of.limit));
    return connection_.query(sql::take_ready_of_run, params).all(read_place);
}

std::vector<Place> PostgresTables::take_held(const Selection& of)
{
    return select(sql::take_held_of_run, sql::take_held_of_tasks, of).all(read_place_with_time);
}

std::vector<NeedRow> PostgresTables::take_needs(const Selection& of)
{
    return select(sql::take_needs_of_run, sql::take_needs_of_tasks, of).all(read_need);
}

std::vector<NeedRow> PostgresTables::needs(const Selection& of)
{
    return select(sql::needs_of_run, sql::needs_of_tasks, of).all(read_need);
}

std::int64_t PostgresTables::waiting_count(const RunRow& run)
{
    Params params;
    params.add(run.task_first).add(run.task_last).add(run.id);
    return connection_.query(sql::waiting_count, params).value<std::int64_t>().value();
}

std::vector<LeaseRow> PostgresTables::leases(const Selection& of)
{
    return select(sql::leases_of_run, sql::leases_of_tasks, of).all(read_lease);
}

std::vector<Place> PostgresTables::held(const Selection& of)
{
    return select(sql::held_of_run, sql::held_of_tasks, of).all(read_place_with_time);
}

} // namespace sluice::postgres
