// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/schedule_moves.h"

#include "store/schedule_tables.h"

#include <fmt/format.h>

#include <utility>

namespace sluice {

namespace {

// So many ticks of a schedule are kept, and at most `prune_every` more.
constexpr std::size_t ticks_kept = 1000;
constexpr std::int64_t prune_every = 100;

EventRow fired_event(const WriteContext& context, const ScheduleRow& row, RunId run)
{
    EventRow event;
    event.at = context.now;
    event.run = run;
    event.kind = "schedule.fire";
    event.actor = fmt::format("schedule:{}", row.name);
    event.object = "schedule";
    event.object_id = schedule_uid(context, row);
    return event;
}

} // namespace

std::string schedule_uid(const WriteContext& context, const ScheduleRow& row)
{
    return format_uid(make_uid(UidKind::schedule, row.created_at, row.id.value, context.uid_secret)
    );
}

void lock_schedules(WriteContext& context, Group& group)
{
    std::vector<ScheduleId> ids;
    for (const auto* operation : group.of<ChangeSchedule>())
        ids.push_back(operation->request.schedule);
    for (const auto* operation : group.of<DeleteSchedule>())
        ids.push_back(operation->request.schedule);
    for (const auto* operation : group.of<SettleSchedule>())
        ids.push_back(operation->request.move.schedule);
    for (const auto* operation : group.of<Submit>())
        if (operation->request.tick)
            ids.push_back(operation->request.tick->move.schedule);
    sort_unique(ids);
    if (ids.empty())
        return;
    for (ScheduleRow& row : context.tables.schedules().lock_schedules(ids))
        context.schedules.rows.emplace(row.id, std::move(row));
}

std::optional<Error> refusal(WriteContext& context, const ScheduleMove& move)
{
    const ScheduleRow* row = context.schedules.find(move.schedule);
    if (!row)
        return Error{Errc::not_found, "the schedule was deleted"};
    if (row->version != move.version || row->settled != move.settled_before)
        return Error{Errc::not_found, "the schedule was changed or its tick fired meanwhile"};
    return std::nullopt;
}

void apply(WriteContext& context, const ScheduleMove& move)
{
    ScheduleRow& row = *context.schedules.find(move.schedule);
    row.settled = move.settled;
    row.next_due = move.next_due;
    context.schedules.moved.push_back(row.id);
    Changes::keep_earlier(context.changes.schedule_due, move.next_due);
}

void record(WriteContext& context, ScheduleId id, TickRow tick)
{
    ScheduleRow& row = *context.schedules.find(id);
    ++row.tick_count;
    if (tick.run) {
        row.last_run = tick.run;
        row.last_fired_at = context.now;
        context.schedules.events.push_back(fired_event(context, row, tick.run));
    }
    tick.schedule = id;
    tick.fired_at = context.now;
    context.schedules.ticks.push_back(std::move(tick));
}

void settle_schedules(WriteContext& context)
{
    LockedSchedules& schedules = context.schedules;
    if (schedules.moved.empty())
        return;
    sort_unique(schedules.moved);
    std::vector<ScheduleRow> rows;
    for (const ScheduleId id : schedules.moved)
        rows.push_back(schedules.rows.at(id));
    ScheduleTables& tables = context.tables.schedules();
    tables.move_schedules(rows);
    if (!schedules.ticks.empty())
        tables.insert_ticks(schedules.ticks);
    if (!schedules.events.empty())
        context.tables.insert_events(schedules.events);
    std::vector<ScheduleId> full;
    for (const TickRow& tick : schedules.ticks)
        if (schedules.rows.at(tick.schedule).tick_count % prune_every == 0)
            full.push_back(tick.schedule);
    sort_unique(full);
    for (const ScheduleId id : full)
        tables.prune_ticks(id, ticks_kept);
}

} // namespace sluice
