// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/schedule_tables.h"

#include "store/postgres/schedule_codec.h"
#include "store/postgres/tables.h"

#include "store/postgres_sql.h"

#include <functional>

namespace sluice::postgres {

std::vector<ScheduleRow> PostgresScheduleTables::lock_schedules(std::span<const ScheduleId> ids)
{
    Params params;
    params.array(ids, std::identity());
    return connection_.query(sql::lock_schedules, params).all(read_schedule);
}

void PostgresScheduleTables::insert_schedule(const StoredSchedule& schedule)
{
    const ScheduleRow& row = schedule.row;
    Params params;
    params.add(row.id).add(row.enabled).add(row.version).add(row.settled).add(row.next_due);
    params.add(row.tick_count).add(row.created_at).add(row.updated_at).add(row.last_fired_at);
    params.add(row.last_run).add(Text{"name", row.name}).add(Text{"requester", row.actor});
    params.add(Text{"tasks", schedule.document});
    connection_.queue(sql::insert_schedule, params);
}

void PostgresScheduleTables::update_schedule(const StoredSchedule& schedule)
{
    const ScheduleRow& row = schedule.row;
    Params params;
    params.add(row.enabled).add(row.version).add(row.settled).add(row.next_due);
    params.add(row.updated_at).add(Text{"name", row.name}).add(Text{"tasks", schedule.document});
    params.add(row.id);
    connection_.queue(sql::update_schedule, params);
}

void PostgresScheduleTables::move_schedules(std::span<const ScheduleRow> rows)
{
    Params params;
    params.array(rows, &ScheduleRow::id).array(rows, &ScheduleRow::settled);
    params.array(rows, &ScheduleRow::next_due).array(rows, &ScheduleRow::tick_count);
    params.array(rows, &ScheduleRow::last_fired_at).array(rows, &ScheduleRow::last_run);
    connection_.queue(sql::move_schedules, params);
}

void PostgresScheduleTables::delete_schedule(ScheduleId id)
{
    Params params;
    params.add(id);
    connection_.queue(sql::delete_ticks, params);
    connection_.queue(sql::delete_schedule, params);
}

std::vector<StoredSchedule>
PostgresScheduleTables::take_due_schedules(Time now, Time until, std::size_t limit)
{
    Params params;
    params.add(now).add(limit_of(limit)).add(until);
    return connection_.query(sql::take_due_schedules, params).all(read_stored_schedule);
}

void PostgresScheduleTables::insert_ticks(std::span<const TickRow> rows)
{
    Params params;
    params.array(rows, &TickRow::schedule).array(rows, &TickRow::at);
    params.array(rows, &TickRow::fired_at).array(rows, &TickRow::outcome);
    params.array(rows, &TickRow::run).texts("reason", rows, &TickRow::reason);
    connection_.queue(sql::insert_ticks, params);
}

void PostgresScheduleTables::prune_ticks(ScheduleId id, std::size_t keep)
{
    Params params;
    params.add(id).add(limit_of(keep));
    connection_.queue(sql::prune_ticks, params);
}

} // namespace sluice::postgres
