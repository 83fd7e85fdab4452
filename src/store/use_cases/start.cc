// SPDX-License-Identifier: Apache-2.0
// start: the executor of a claimed task has begun, or the target of its webhook has accepted.
#include "store/service_tables.h"
#include "store/use_cases/debts.h"
#include "store/use_cases/ending.h"
#include "store/use_cases/lease_clock.h"

#include <algorithm>
#include <map>

namespace sluice {

namespace {

using Leases = std::map<TaskId, LeaseRow>;

std::vector<TaskId> tasks_of(Operations<Start> operations)
{
    std::vector<TaskId> ids;
    for (const Operation<Start>* operation : operations)
        ids.push_back(operation->request.task);
    sort_unique(ids);
    return ids;
}

using Tasks = std::map<TaskId, TaskRow>;

Tasks read_tasks(WriteContext& context, std::span<const TaskId> ids)
{
    Tasks tasks;
    for (TaskRow& row : context.tables.tasks(ids))
        tasks.emplace(row.id, std::move(row));
    return tasks;
}

bool any_timed(const Tasks& tasks)
{
    return std::ranges::any_of(tasks, [](const auto& entry) { return !!entry.second.timeout; });
}

bool holds(const Start& request, const LeaseRow& lease)
{
    return lease.place.attempt == request.attempt && lease.worker == request.worker;
}

void begin(WriteContext& context, const Start& request, const TaskRow& task, LeaseRow& lease)
{
    const TaskState before = state_of(lease);
    lease.started_at = context.now;
    lease.owner = request.owner;
    if (task.timeout) { // its clock begins
        set_time_left(lease, *task.timeout, context.now);
        context.changes.due(lease.expires_at);
    }
    context.moved(request.task, request.run, before, state_of(lease));
    if (!task.kind.empty())
        context.tally.begins.push_back(
            {task.kind, context.now - context.runs.at(request.run).created_at}
        );
}

// What the target's answer asks for.
void keep_wishes(WriteContext& context, const std::vector<const Start*>& started)
{
    std::vector<ServiceTables::Report> reports;
    for (const Start* request : started) {
        if (!request->cancel_actions.empty())
            reports.push_back(
                {.task = request->task,
                 .at = context.now,
                 .cancel_actions = request->cancel_actions,
                 .cancel_actions_count = request->cancel_actions_count}
            );
        owe_follow_ups(context, answer_of(*request));
    }
    std::ranges::sort(reports, {}, &ServiceTables::Report::task);
    if (!reports.empty())
        context.tables.service().report(reports);
}

// Their leases are gone, perhaps because their targets were faster.
void keep_late_wishes(WriteContext& context, const std::vector<const Start*>& late)
{
    if (late.empty())
        return;
    std::vector<TaskId> ids;
    for (const Start* request : late)
        ids.push_back(request->task);
    sort_unique(ids);
    std::map<TaskId, DoneRow> ends;
    for (DoneRow& row : context.tables.done(ids))
        ends.emplace(row.task, std::move(row));
    for (const Start* request : late)
        if (const auto end = ends.find(request->task); end != ends.end())
            owe_late_follow_ups(context, answer_of(*request), end->second);
}

} // namespace

void run(WriteContext& context, Operations<Start> operations)
{
    const std::vector<TaskId> ids = tasks_of(operations);
    const Tasks tasks = read_tasks(context, ids);
    if (any_timed(tasks))
        catch_up(context, context.tables.clock_jumps());
    Leases leases;
    for (LeaseRow& lease : context.tables.leases({nullptr, ids}))
        leases.emplace(lease.place.task, std::move(lease));

    std::vector<LeaseRow> changed;
    std::vector<const Start*> started;
    std::vector<const Start*> late;
    for (Operation<Start>* operation : operations) {
        const Start& request = operation->request;
        const auto lease = leases.find(request.task);
        if (context.runs.at(request.run).sweep || lease == leases.end() ||
            !holds(request, lease->second)) {
            if (!request.follow_ups.empty())
                late.push_back(&request);
            operation->fail(superseded(request.attempt));
            continue;
        }
        if (!lease->second.started_at) {
            begin(context, request, tasks.at(request.task), lease->second);
            changed.push_back(lease->second);
            started.push_back(&request);
        }
        operation->answer(true);
    }
    if (!changed.empty())
        context.tables.update_leases(changed);
    keep_wishes(context, started);
    keep_late_wishes(context, late);
}

} // namespace sluice
