// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/schedule_codec.h"

namespace sluice::postgres {

ScheduleRow read_schedule(Row& row)
{
    ScheduleRow schedule;
    row.into(schedule.id, schedule.enabled, schedule.version, schedule.settled, schedule.next_due);
    row.into(schedule.tick_count, schedule.created_at, schedule.updated_at);
    row.into(schedule.last_fired_at, schedule.last_run, schedule.name, schedule.actor);
    row.into(schedule.kind, schedule.key, schedule.polled_at);
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
    row.into(tick.schedule, tick.at, tick.fired_at, tick.outcome, tick.run, tick.reason);
    row.into(tick.tries, tick.tried_at, tick.context_hash);
    return tick;
}

} // namespace sluice::postgres
