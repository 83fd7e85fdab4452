// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/schedule_codec.h"

namespace sluice::sqlite {

ScheduleRow read_schedule(Row& row)
{
    ScheduleRow schedule;
    row.into(schedule.id);
    row.into(schedule.enabled);
    row.into(schedule.version);
    row.into(schedule.settled);
    row.into(schedule.next_due);
    row.into(schedule.tick_count);
    row.into(schedule.created_at);
    row.into(schedule.updated_at);
    row.into(schedule.last_fired_at);
    row.into(schedule.last_run);
    row.into(schedule.name);
    row.into(schedule.actor);
    row.into(schedule.kind);
    row.into(schedule.key);
    row.into(schedule.polled_at);
    return schedule;
}

StoredSchedule read_stored_schedule(Row& row)
{
    StoredSchedule schedule;
    schedule.row = read_schedule(row);
    row.into(schedule.document);
    return schedule;
}

TickRow read_tick(Row& row)
{
    TickRow tick;
    row.into(tick.schedule);
    row.into(tick.at);
    row.into(tick.fired_at);
    row.into(tick.outcome);
    row.into(tick.run);
    row.into(tick.reason);
    row.into(tick.tries);
    row.into(tick.tried_at);
    row.into(tick.context_hash);
    return tick;
}

} // namespace sluice::sqlite
