// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/schedule_moves.h"

#include "store/schedule_tables.h"

#include <fmt/format.h>

#include <utility>

namespace sluice {

namespace {

// So many ticks of a schedule are kept, and some `prune_every` more. Of workflows they are what
// statistics are counted from.
constexpr std::int64_t prune_every = 100;

std::size_t ticks_kept(ScheduleKind kind)
{
    return kind == ScheduleKind::batches ? 1000 : 10'000;
}

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

void write_ticks(ScheduleTables& tables, LockedSchedules& schedules)
{
    if (!schedules.ticks.empty())
        tables.insert_ticks(schedules.ticks);
    sort_unique(schedules.tried);
    std::vector<TickRow> tried;
    for (const LockedSchedules::TickKey& key : schedules.tried)
        tried.push_back(schedules.failed.at(key));
    if (!tried.empty())
        tables.update_ticks(tried);
}

void prune(ScheduleTables& tables, const LockedSchedules& schedules)
{
    std::map<ScheduleId, std::int64_t> recorded;
    for (const TickRow& tick : schedules.ticks)
        ++recorded[tick.schedule];
    for (const auto& [id, count] : recorded) {
        const ScheduleRow& row = schedules.rows.at(id);
        if (row.tick_count / prune_every != (row.tick_count - count) / prune_every)
            tables.prune_ticks(id, ticks_kept(row.kind));
    }
}

} // namespace

std::string schedule_uid(const WriteContext& context, const ScheduleRow& row)
{
    return format_uid(make_uid(UidKind::schedule, row.created_at, row.id.value, context.uid_secret)
    );
}

Error schedule_is_gone()
{
    return {Errc::not_found, "the schedule was deleted"};
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
    for (const auto* operation : group.of<CountTickTry>())
        ids.push_back(operation->request.tick.schedule);
    for (const auto* operation : group.of<RenewTriggers>())
        for (const RenewTriggers::Held& held : operation->request.held)
            ids.push_back(held.schedule);
    for (const auto* operation : group.of<Submit>()) {
        const Submit& request = operation->request;
        if (request.tick)
            ids.push_back(request.tick->move.schedule);
        if (request.tick_again)
            ids.push_back(request.tick_again->schedule);
        if (request.fire)
            ids.push_back(request.fire->schedule);
    }
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
        return schedule_is_gone();
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
    ++context.schedules.find(id)->tick_count;
    context.schedules.moved.push_back(id);
    if (tick.run)
        note_run(context, id, tick.run);
    tick.schedule = id;
    tick.fired_at = context.now;
    context.schedules.ticks.push_back(std::move(tick));
}

void note_run(WriteContext& context, ScheduleId id, RunId run)
{
    ScheduleRow& row = *context.schedules.find(id);
    row.last_run = run;
    row.last_fired_at = context.now;
    context.schedules.moved.push_back(id);
    if (row.kind == ScheduleKind::batches)
        context.schedules.events.push_back(fired_event(context, row, run));
}

Result<TickRow*> failed_tick(WriteContext& context, const RetriedTick& again)
{
    LockedSchedules& schedules = context.schedules;
    const LockedSchedules::TickKey key{again.schedule, again.at};
    if (!schedules.find(again.schedule))
        return schedule_is_gone();
    if (!schedules.failed.contains(key)) {
        std::optional<TickRow> tick = context.tables.schedules().tick(again.schedule, again.at);
        if (!tick)
            return Error{Errc::not_found, "there is no such tick"};
        schedules.failed.emplace(key, std::move(*tick));
    }
    TickRow& tick = schedules.failed.at(key);
    if (tick.outcome != TickOutcome::failed || tick.tries != again.tries)
        return Error{Errc::not_found, "the tick was tried again meanwhile"};
    return &tick;
}

void tried_again(WriteContext& context, TickRow& tick)
{
    ++tick.tries;
    tick.tried_at = context.now;
    context.schedules.tried.emplace_back(tick.schedule, tick.at);
}

void settle_schedules(WriteContext& context)
{
    LockedSchedules& schedules = context.schedules;
    ScheduleTables& tables = context.tables.schedules();
    sort_unique(schedules.moved);
    std::vector<ScheduleRow> rows;
    for (const ScheduleId id : schedules.moved)
        rows.push_back(schedules.rows.at(id));
    if (!rows.empty())
        tables.move_schedules(rows);
    write_ticks(tables, schedules);
    if (!schedules.events.empty())
        context.tables.insert_events(schedules.events);
    prune(tables, schedules);
}

} // namespace sluice
