// SPDX-License-Identifier: Apache-2.0
// create, change, delete schedule; take, settle schedules: what creates runs at times, and
// triggers. count tick try, renew triggers.
#include "model/schedule/schedule_request.h"
#include "store/schedule_tables.h"
#include "store/use_cases/context.h"
#include "store/use_cases/schedule_moves.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

void write_event(
    WriteContext& context, std::string_view kind, const ScheduleRow& row, const std::string& actor
)
{
    EventRow event;
    event.at = context.now;
    event.kind = kind;
    event.actor = actor;
    event.detail = row.name;
    event.object = "schedule";
    event.object_id = schedule_uid(context, row);
    context.tables.insert_events({&event, 1});
}

// When it is looked at next, by what the user has said.
void wind_up(WriteContext& context, ScheduleRow& row, const ScheduleText& text)
{
    row.name = text.name;
    row.enabled = text.enabled;
    row.next_due.reset();
    if (row.enabled && text.due == ScheduleText::Due::by_timing)
        row.next_due = next_due(text.timing, row.id, row.settled);
    else if (row.enabled && text.due == ScheduleText::Due::at_once)
        row.next_due = context.now;
    Changes::keep_earlier(context.changes.schedule_due, row.next_due);
}

void change(WriteContext& context, ScheduleRow& row, const ChangeSchedule& request)
{
    if (request.begins == ChangeSchedule::Begins::anew)
        row.settled = std::max(row.settled, context.now);
    ++row.version;
    row.updated_at = context.now;
    if (!request.key.empty())
        row.key = request.key;
    wind_up(context, row, request.text);
    if (row.kind == ScheduleKind::trigger && !row.next_due)
        context.changes.idle_triggers.push_back(row.id);
    context.tables.schedules().update_schedule({row, request.text.document});
    write_event(context, "schedule.update", row, request.actor);
}

Error no_such_schedule()
{
    return {Errc::not_found, "no such schedule"};
}

ScheduleRow create(WriteContext& context, const CreateSchedule& request)
{
    ScheduleRow row;
    row.id = ScheduleId{context.tables.next_ids(Tables::Sequence::schedule, 1).front()};
    row.settled = context.now;
    row.created_at = context.now;
    row.updated_at = context.now;
    row.actor = request.actor;
    row.kind = request.kind;
    row.key = request.key;
    wind_up(context, row, request.text);
    context.tables.schedules().insert_schedule({row, request.text.document});
    write_event(context, "schedule.create", row, request.actor);
    return row;
}

// Another process may be faster all the same: then this group is run again.
std::optional<StoredSchedule>
find_by_key(WriteContext& context, ScheduleKind kind, const std::string& key)
{
    if (key.empty())
        return std::nullopt;
    return context.tables.schedules().schedule_with_key(kind, key);
}

std::optional<Error>
refusal(WriteContext& context, const ScheduleRow& row, const ChangeSchedule& request)
{
    if (row.version != request.version)
        return Error{Errc::conflict, "somebody else has changed the schedule meanwhile"};
    const auto found = find_by_key(context, row.kind, request.key);
    if (found && found->row.id != row.id)
        return Error{Errc::conflict, fmt::format("another schedule has the key '{}'", request.key)};
    return std::nullopt;
}

// Those of the triggers that whoever was told so has taken.
RenewTriggers::Reply renew(WriteContext& context, const RenewTriggers& request)
{
    RenewTriggers::Reply own;
    for (const RenewTriggers::Held& held : request.held) {
        ScheduleRow* row = context.schedules.find(held.schedule);
        if (!row || row->version != held.version || row->next_due != held.next_due)
            continue;
        row->next_due = context.now + request.lease;
        if (held.was_asked)
            row->polled_at = context.now;
        context.schedules.moved.push_back(row->id);
        own.push_back({row->id, row->version, *row->next_due});
    }
    return own;
}

} // namespace

void run(WriteContext& context, Operations<CreateSchedule> operations)
{
    for (Operation<CreateSchedule>* operation : operations) {
        const CreateSchedule& request = operation->request;
        if (auto found = find_by_key(context, request.kind, request.key))
            operation->answer(std::move(found->row));
        else
            operation->answer(create(context, request));
    }
}

void run(WriteContext& context, Operations<ChangeSchedule> operations)
{
    for (Operation<ChangeSchedule>* operation : operations) {
        const ChangeSchedule& request = operation->request;
        ScheduleRow* row = context.schedules.find(request.schedule);
        if (!row) {
            operation->fail(no_such_schedule());
        } else if (const auto error = refusal(context, *row, request)) {
            operation->fail(*error);
        } else {
            change(context, *row, request);
            operation->answer(*row);
        }
    }
}

void run(WriteContext& context, Operations<DeleteSchedule> operations)
{
    for (Operation<DeleteSchedule>* operation : operations) {
        const DeleteSchedule& request = operation->request;
        const ScheduleRow* row = context.schedules.find(request.schedule);
        if (!row) {
            operation->fail(no_such_schedule());
            continue;
        }
        context.tables.schedules().delete_schedule(request.schedule);
        write_event(context, "schedule.delete", *row, request.actor);
        if (row->kind == ScheduleKind::trigger)
            context.changes.idle_triggers.push_back(request.schedule);
        context.schedules.rows.erase(request.schedule);
        operation->answer(true);
    }
}

void run(WriteContext& context, Operations<TakeSchedules> operations)
{
    for (Operation<TakeSchedules>* operation : operations) {
        const TakeSchedules& request = operation->request;
        const Time until = context.now + request.lease;
        operation->answer(context.tables.schedules().take_due_schedules(
            {request.kind, request.keys, context.now, until, request.limit}
        ));
    }
}

void run(WriteContext& context, Operations<RenewTriggers> operations)
{
    for (Operation<RenewTriggers>* operation : operations)
        operation->answer(renew(context, operation->request));
}

void run(WriteContext& context, Operations<CountTickTry> operations)
{
    for (Operation<CountTickTry>* operation : operations) {
        const CountTickTry& request = operation->request;
        const Result<TickRow*> tick = failed_tick(context, request.tick);
        if (!tick) {
            operation->fail(tick.error());
            continue;
        }
        (*tick)->reason = request.reason;
        tried_again(context, **tick);
        operation->answer(true);
    }
}

void run(WriteContext& context, Operations<SettleSchedule> operations)
{
    for (Operation<SettleSchedule>* operation : operations) {
        const SettleSchedule& request = operation->request;
        if (const auto error = refusal(context, request.move)) {
            operation->fail(*error);
            continue;
        }
        apply(context, request.move);
        if (request.tick) {
            TickRow tick;
            tick.at = request.tick->at;
            tick.outcome = request.tick->outcome;
            tick.reason = request.tick->reason;
            record(context, request.move.schedule, std::move(tick));
        }
        operation->answer(true);
    }
}

} // namespace sluice
