// SPDX-License-Identifier: Apache-2.0
// create, change, delete schedule; take, settle schedules: what creates batches at times.
#include "model/schedule/schedule_request.h"
#include "store/schedule_tables.h"
#include "store/use_cases/context.h"
#include "store/use_cases/schedule_moves.h"

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
    if (row.enabled)
        row.next_due = next_due(text.timing, row.id, row.settled);
    Changes::keep_earlier(context.changes.schedule_due, row.next_due);
}

void change(WriteContext& context, ScheduleRow& row, const ChangeSchedule& request)
{
    if (request.begins == ChangeSchedule::Begins::anew)
        row.settled = std::max(row.settled, context.now);
    ++row.version;
    row.updated_at = context.now;
    wind_up(context, row, request.text);
    context.tables.schedules().update_schedule({row, request.text.document});
    write_event(context, "schedule.update", row, request.actor);
}

Error no_such_schedule()
{
    return {Errc::not_found, "no such schedule"};
}

} // namespace

void run(WriteContext& context, Operations<CreateSchedule> operations)
{
    for (Operation<CreateSchedule>* operation : operations) {
        const CreateSchedule& request = operation->request;
        ScheduleRow row;
        row.id = ScheduleId{context.tables.next_ids(Tables::Sequence::schedule, 1).front()};
        row.settled = context.now;
        row.created_at = context.now;
        row.updated_at = context.now;
        row.actor = request.actor;
        wind_up(context, row, request.text);
        context.tables.schedules().insert_schedule({row, request.text.document});
        write_event(context, "schedule.create", row, request.actor);
        operation->answer(std::move(row));
    }
}

void run(WriteContext& context, Operations<ChangeSchedule> operations)
{
    for (Operation<ChangeSchedule>* operation : operations) {
        const ChangeSchedule& request = operation->request;
        ScheduleRow* row = context.schedules.find(request.schedule);
        if (!row)
            operation->fail(no_such_schedule());
        else if (row->version != request.version)
            operation->fail({Errc::conflict, "somebody else has changed the schedule meanwhile"});
        else {
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
        context.schedules.rows.erase(request.schedule);
        operation->answer(true);
    }
}

void run(WriteContext& context, Operations<TakeSchedules> operations)
{
    for (Operation<TakeSchedules>* operation : operations) {
        const TakeSchedules& request = operation->request;
        operation->answer(context.tables.schedules().take_due_schedules(
            context.now, context.now + request.lease, request.limit
        ));
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
