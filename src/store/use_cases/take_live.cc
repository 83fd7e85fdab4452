// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/take_live.h"

#include <set>

namespace sluice {

// timer, ready, lease in the order in which tasks move, so that none slips past.
std::vector<Ended>
take_live(WriteContext& context, const Tables::Selection& selection, Affected& affected)
{
    std::vector<Ended> tasks;
    const auto end_place = [&](const Place& place, TaskState from) {
        tasks.push_back(ended(place, from, TaskState::canceled));
    };
    for (const Place& place : context.tables.take_timers(selection)) {
        ++affected.pending;
        end_place(place, TaskState::pending);
    }
    for (const Place& place : context.take_ready(selection)) {
        ++affected.pending;
        end_place(place, TaskState::pending);
    }
    std::vector<Tables::LeaseKey> keys;
    for (const TaskId task : selection.tasks)
        keys.push_back({task, 0, WorkerId{}});
    for (const LeaseRow& lease : context.tables.take_leases(keys)) {
        ++(lease.paused_left  ? affected.paused
           : lease.started_at ? affected.running
                              : affected.claimed);
        context.changes.lost_leases.push_back({lease.place.task, lease.place.attempt});
        tasks.push_back(ended(lease, TaskState::canceled));
    }
    std::set<TaskId> held;
    for (const Place& place : context.tables.take_held(selection)) {
        ++affected.paused;
        held.insert(place.task);
        end_place(place, TaskState::paused);
        tasks.back().was_paused = true;
    }
    for (const NeedRow& need : context.tables.take_needs(selection)) {
        if (held.contains(need.task))
            continue; // paused while waiting: ended above
        ++affected.waiting;
        tasks.push_back(ended(need, TaskState::canceled));
    }
    return tasks;
}

} // namespace sluice
