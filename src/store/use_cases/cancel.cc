// SPDX-License-Identifier: Apache-2.0
// cancel: any live task becomes canceled at once, whoever holds its lease; the holder learns it
// from its next heartbeat, or at once in this process.
#include "store/use_cases/user_actions.h"
#include "store/use_cases/whole_run.h"

#include <algorithm>
#include <set>

namespace sluice {

namespace {

// timer, ready, lease in the order in which tasks move, so that none slips past.
std::vector<Ended>
take_live(WriteContext& context, const Tables::Selection& selection, Affected& affected)
{
    std::vector<Ended> tasks;
    const auto end_place = [&](const Place& place) {
        tasks.push_back(ended(place, TaskState::canceled));
    };
    for (const Place& place : context.tables.take_timers(selection)) {
        ++affected.pending;
        end_place(place);
    }
    for (const Place& place : context.tables.take_ready(selection)) {
        ++affected.pending;
        end_place(place);
    }
    std::vector<Tables::LeaseKey> keys;
    for (const TaskId task : selection.tasks)
        keys.push_back({task, 0, WorkerId{}});
    for (const LeaseRow& lease : context.tables.take_leases(keys)) {
        ++(lease.paused_left  ? affected.paused
           : lease.started_at ? affected.running
                              : affected.claimed);
        context.changes.lost_leases.push_back(lease.place.task);
        tasks.push_back(ended(lease, TaskState::canceled));
    }
    std::set<TaskId> held;
    for (const Place& place : context.tables.take_held(selection)) {
        ++affected.paused;
        held.insert(place.task);
        end_place(place);
    }
    for (const NeedRow& need : context.tables.take_needs(selection)) {
        if (held.contains(need.task))
            continue; // paused while waiting: ended above
        ++affected.waiting;
        tasks.push_back(ended(need, TaskState::canceled));
    }
    return tasks;
}

Affected cancel_tasks(WriteContext& context, const Target& target)
{
    const RunRow& run = context.runs.at(target.run);
    const std::vector<TaskId> ids = own_tasks(context, target);
    Affected affected;
    std::vector<Ended> tasks = take_live(context, {&run, ids}, affected);
    for (Ended& task : tasks)
        task.error = target.reason;
    affected.final = static_cast<std::int64_t>(ids.size()) - affected.changed();
    end_tasks(context, std::move(tasks));
    return affected;
}

} // namespace

void run(WriteContext& context, Operations<Cancel> operations)
{
    for (Operation<Cancel>* operation : operations) {
        const Target& target = operation->request.target;
        if (const auto error = refusal(context, target, TaskEvent::cancel)) {
            operation->fail(*error);
            continue;
        }
        record(context, target, "cancel");
        operation->answer(
            target.tasks.empty()
                ? end_run(context, context.runs.at(target.run), RunEnding::canceled, target.reason)
                : cancel_tasks(context, target)
        );
    }
}

} // namespace sluice
