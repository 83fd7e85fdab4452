// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/schedule_tables.h"

#include "store/postgres/schedule_codec.h"
#include "store/postgres/tables.h"

#include "store/postgres_sql.h"

#include <functional>

namespace sluice::postgres {

namespace {

ScheduleTables::Fire read_fire(Row& row)
{
    ScheduleTables::Fire fire;
    row.into(fire.at, fire.run, fire.state);
    return fire;
}

} // namespace

std::vector<ScheduleRow> PostgresScheduleTables::lock_schedules(std::span<const ScheduleId> ids)
{
    Params params;
    params.array(ids, std::identity());
    return connection_.query(sql::lock_schedules, params).all(read_schedule);
}

std::optional<StoredSchedule>
PostgresScheduleTables::schedule_with_key(ScheduleKind kind, std::string_view key)
{
    Params params;
    params.add(kind).add(Text{"key", key});
    return connection_.query(sql::schedule_with_key, params).first(read_stored_schedule);
}

void PostgresScheduleTables::insert_schedule(const StoredSchedule& schedule)
{
    const ScheduleRow& row = schedule.row;
    Params params;
    params.add(row.id).add(row.enabled).add(row.version).add(row.settled).add(row.next_due);
    params.add(row.tick_count).add(row.created_at).add(row.updated_at).add(row.last_fired_at);
    params.add(row.last_run).add(Text{"name", row.name}).add(Text{"requester", row.actor});
    params.add(Text{"tasks", schedule.document}).add(row.kind).add(Text{"key", row.key});
    connection_.queue(sql::insert_schedule, params);
}

void PostgresScheduleTables::update_schedule(const StoredSchedule& schedule)
{
    const ScheduleRow& row = schedule.row;
    Params params;
    params.add(row.enabled).add(row.version).add(row.settled).add(row.next_due);
    params.add(row.updated_at).add(Text{"name", row.name}).add(Text{"tasks", schedule.document});
    params.add(Text{"key", row.key}).add(row.id);
    connection_.queue(sql::update_schedule, params);
}

void PostgresScheduleTables::move_schedules(std::span<const ScheduleRow> rows)
{
    Params params;
    params.array(rows, &ScheduleRow::id).array(rows, &ScheduleRow::settled);
    params.array(rows, &ScheduleRow::next_due).array(rows, &ScheduleRow::tick_count);
    params.array(rows, &ScheduleRow::last_fired_at).array(rows, &ScheduleRow::last_run);
    params.array(rows, &ScheduleRow::polled_at);
    connection_.queue(sql::move_schedules, params);
}

void PostgresScheduleTables::delete_schedule(ScheduleId id)
{
    Params params;
    params.add(id);
    connection_.queue(sql::delete_ticks, params);
    connection_.queue(sql::delete_schedule, params);
}

std::vector<StoredSchedule> PostgresScheduleTables::take_due_schedules(const Due& due)
{
    Params params;
    if (due.kind == ScheduleKind::trigger)
        params.texts("key", due.keys, std::identity());
    else
        params.add(due.kind);
    params.add(due.now).add(limit_of(due.limit)).add(due.until);
    const Statement& take =
        due.kind == ScheduleKind::trigger ? sql::take_due_triggers : sql::take_due_schedules;
    return connection_.query(take, params).all(read_stored_schedule);
}

void PostgresScheduleTables::insert_ticks(std::span<const TickRow> rows)
{
    Params params;
    params.array(rows, &TickRow::schedule).array(rows, &TickRow::at);
    params.array(rows, &TickRow::fired_at).array(rows, &TickRow::outcome);
    params.array(rows, &TickRow::run).texts("reason", rows, &TickRow::reason);
    params.texts("context hash", rows, &TickRow::context_hash, Params::Empty::is_null);
    connection_.queue(sql::insert_ticks, params);
}

void PostgresScheduleTables::update_ticks(std::span<const TickRow> rows)
{
    Params params;
    params.array(rows, &TickRow::schedule).array(rows, &TickRow::at);
    params.array(rows, &TickRow::outcome).array(rows, &TickRow::run);
    params.texts("reason", rows, &TickRow::reason);
    params.array(rows, &TickRow::tries).array(rows, &TickRow::tried_at);
    connection_.queue(sql::update_ticks, params);
}

void PostgresScheduleTables::prune_ticks(ScheduleId id, std::size_t keep)
{
    Params params;
    params.add(id).add(limit_of(keep));
    connection_.queue(sql::prune_ticks, params);
}

std::optional<TickRow> PostgresScheduleTables::tick(ScheduleId id, Time at)
{
    Params params;
    params.add(id).add(at);
    return connection_.query(sql::view_tick, params).first(read_tick);
}

std::vector<Time> PostgresScheduleTables::tick_times(ScheduleId id, Time from, std::size_t limit)
{
    Params params;
    params.add(id).add(from).add(limit_of(limit));
    return connection_.query(sql::tick_times, params).column<Time>();
}

std::optional<ScheduleTables::Fire>
PostgresScheduleTables::latest_fire(ScheduleId id, std::string_view context_hash)
{
    Params params;
    params.add(id).add(Text{"context hash", context_hash});
    return connection_.query(sql::latest_fire, params).first(read_fire);
}

} // namespace sluice::postgres
