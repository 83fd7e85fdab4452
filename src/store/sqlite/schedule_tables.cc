// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/schedule_tables.h"

#include "store/sqlite/collect.h"
#include "store/sqlite/schedule_codec.h"

#include "store/sqlite_sql.h"

#include <algorithm>

namespace sluice::sqlite {

namespace {

struct DueTrigger {
    Time due;
    ScheduleId id;

    friend auto operator<=>(const DueTrigger&, const DueTrigger&) = default;
};

DueTrigger read_due_trigger(Row& row)
{
    DueTrigger trigger;
    row.into(trigger.due);
    row.into(trigger.id);
    return trigger;
}

ScheduleTables::Fire read_fire(Row& row)
{
    ScheduleTables::Fire fire;
    row.into(fire.at);
    row.into(fire.run);
    row.into(fire.state);
    return fire;
}

} // namespace

std::vector<ScheduleRow> SqliteScheduleTables::lock_schedules(std::span<const ScheduleId> ids)
{
    std::vector<ScheduleRow> rows;
    Prepared& select = connection_.prepared(sql::lock_schedule);
    for (const ScheduleId id : ids)
        collect_into(rows, select, read_schedule, id);
    return rows;
}

std::optional<StoredSchedule>
SqliteScheduleTables::schedule_with_key(ScheduleKind kind, std::string_view key)
{
    return find(connection_.prepared(sql::schedule_with_key), read_stored_schedule, kind, key);
}

void SqliteScheduleTables::insert_schedule(const StoredSchedule& schedule)
{
    const ScheduleRow& row = schedule.row;
    connection_.prepared(sql::insert_schedule)
        .run(
            row.id, row.enabled, row.version, row.settled, row.next_due, row.tick_count,
            row.created_at, row.updated_at, row.last_fired_at, row.last_run, row.name, row.actor,
            schedule.document, row.kind, row.key
        );
}

void SqliteScheduleTables::update_schedule(const StoredSchedule& schedule)
{
    const ScheduleRow& row = schedule.row;
    connection_.prepared(sql::update_schedule)
        .run(
            row.enabled, row.version, row.settled, row.next_due, row.updated_at, row.name,
            schedule.document, row.key, row.id
        );
}

void SqliteScheduleTables::move_schedules(std::span<const ScheduleRow> rows)
{
    Prepared& update = connection_.prepared(sql::move_schedule);
    for (const ScheduleRow& row : rows)
        update.run(
            row.settled, row.next_due, row.tick_count, row.last_fired_at, row.last_run,
            row.polled_at, row.id
        );
}

void SqliteScheduleTables::delete_schedule(ScheduleId id)
{
    connection_.prepared(sql::delete_ticks).run(id);
    connection_.prepared(sql::delete_schedule).run(id);
}

std::vector<StoredSchedule> SqliteScheduleTables::take_due_schedules(const Due& due)
{
    if (due.kind == ScheduleKind::trigger)
        return take_due_triggers(due);
    return collect(
        connection_.prepared(sql::take_due_schedules), read_stored_schedule, due.until, due.kind,
        due.now, due.limit
    );
}

std::vector<StoredSchedule> SqliteScheduleTables::take_due_triggers(const Due& due)
{
    std::vector<DueTrigger> found;
    Prepared& select = connection_.prepared(sql::due_trigger);
    for (const std::string& key : due.keys)
        collect_into(found, select, read_due_trigger, key, due.now);
    std::ranges::sort(found);
    found.erase(std::unique(found.begin(), found.end()), found.end());
    found.resize(std::min(found.size(), due.limit));

    std::vector<StoredSchedule> taken;
    Prepared& take = connection_.prepared(sql::take_trigger);
    for (const DueTrigger& trigger : found)
        collect_into(taken, take, read_stored_schedule, due.until, trigger.id);
    return taken;
}

void SqliteScheduleTables::insert_ticks(std::span<const TickRow> rows)
{
    Prepared& insert = connection_.prepared(sql::insert_tick);
    for (const TickRow& row : rows)
        insert.run(
            row.schedule, row.at, row.fired_at, row.outcome, row.run, row.reason, row.context_hash
        );
}

void SqliteScheduleTables::update_ticks(std::span<const TickRow> rows)
{
    Prepared& update = connection_.prepared(sql::update_tick);
    for (const TickRow& row : rows)
        update.run(row.outcome, row.run, row.reason, row.tries, row.tried_at, row.schedule, row.at);
}

void SqliteScheduleTables::prune_ticks(ScheduleId id, std::size_t keep)
{
    connection_.prepared(sql::prune_ticks).run(id, keep);
}

std::optional<TickRow> SqliteScheduleTables::tick(ScheduleId id, Time at)
{
    return find(connection_.prepared(sql::view_tick), read_tick, id, at);
}

std::vector<Time> SqliteScheduleTables::tick_times(ScheduleId id, Time from, std::size_t limit)
{
    return collect(connection_.prepared(sql::tick_times), read_value<Time>, id, from, limit);
}

std::optional<ScheduleTables::Fire>
SqliteScheduleTables::latest_fire(ScheduleId id, std::string_view context_hash)
{
    return find(connection_.prepared(sql::latest_fire), read_fire, id, context_hash);
}

} // namespace sluice::sqlite
