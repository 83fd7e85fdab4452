// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/schedule_tables.h"

#include "store/sqlite/collect.h"
#include "store/sqlite/schedule_codec.h"

#include "store/sqlite_sql.h"

namespace sluice::sqlite {

std::vector<ScheduleRow> SqliteScheduleTables::lock_schedules(std::span<const ScheduleId> ids)
{
    std::vector<ScheduleRow> rows;
    Prepared& select = connection_.prepared(sql::lock_schedule);
    for (const ScheduleId id : ids)
        collect_into(rows, select, read_schedule, id);
    return rows;
}

void SqliteScheduleTables::insert_schedule(const StoredSchedule& schedule)
{
    const ScheduleRow& row = schedule.row;
    connection_.prepared(sql::insert_schedule)
        .run(
            row.id, row.enabled, row.version, row.settled, row.next_due, row.tick_count,
            row.created_at, row.updated_at, row.last_fired_at, row.last_run, row.name, row.actor,
            schedule.document
        );
}

void SqliteScheduleTables::update_schedule(const StoredSchedule& schedule)
{
    const ScheduleRow& row = schedule.row;
    connection_.prepared(sql::update_schedule)
        .run(
            row.enabled, row.version, row.settled, row.next_due, row.updated_at, row.name,
            schedule.document, row.id
        );
}

void SqliteScheduleTables::move_schedules(std::span<const ScheduleRow> rows)
{
    Prepared& update = connection_.prepared(sql::move_schedule);
    for (const ScheduleRow& row : rows)
        update.run(
            row.settled, row.next_due, row.tick_count, row.last_fired_at, row.last_run, row.id
        );
}

void SqliteScheduleTables::delete_schedule(ScheduleId id)
{
    connection_.prepared(sql::delete_ticks).run(id);
    connection_.prepared(sql::delete_schedule).run(id);
}

std::vector<StoredSchedule>
SqliteScheduleTables::take_due_schedules(Time now, Time until, std::size_t limit)
{
    return collect(
        connection_.prepared(sql::take_due_schedules), read_stored_schedule, until, now, limit
    );
}

void SqliteScheduleTables::insert_ticks(std::span<const TickRow> rows)
{
    Prepared& insert = connection_.prepared(sql::insert_tick);
    for (const TickRow& row : rows)
        insert.run(row.schedule, row.at, row.fired_at, row.outcome, row.run, row.reason);
}

void SqliteScheduleTables::prune_ticks(ScheduleId id, std::size_t keep)
{
    connection_.prepared(sql::prune_ticks).run(id, keep);
}

} // namespace sluice::sqlite
