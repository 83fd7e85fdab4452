// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/whole_run.h"

#include <algorithm>
#include <set>
#include <utility>

namespace sluice {

namespace {

std::vector<Ended> end_leases(WriteContext& context, const RunRow& run, Affected& affected)
{
    std::vector<Tables::LeaseKey> keys;
    for (const LeaseRow& lease : context.tables.leases({&run, {}}))
        keys.push_back({lease.place.task, lease.place.attempt, lease.worker});
    std::sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) {
        return a.task < b.task;
    });
    std::vector<Ended> tasks;
    if (keys.empty())
        return tasks;
    for (const LeaseRow& lease : context.tables.take_leases(keys)) {
        ++(lease.paused_left  ? affected.paused
           : lease.started_at ? affected.running
                              : affected.claimed);
        context.changes.lost_leases.push_back({lease.place.task, lease.place.attempt});
        tasks.push_back(ended(lease, TaskState::canceled));
    }
    return tasks;
}

// In the order in which tasks move (timer, ready, lease), so that none slips past.
std::vector<Ended> end_all(WriteContext& context, const RunRow& run, Affected& affected)
{
    const Tables::Selection all{&run, {}};
    std::vector<Ended> tasks;
    for (const Place& place : context.tables.take_timers(all)) {
        ++affected.pending;
        tasks.push_back(ended(place, TaskState::pending, TaskState::canceled));
    }
    for (const Place& place : context.take_ready(all)) {
        ++affected.pending;
        tasks.push_back(ended(place, TaskState::pending, TaskState::canceled));
    }
    const std::vector<Place> held = context.tables.take_held(all);
    for (const Place& place : held) {
        ++affected.paused;
        tasks.push_back(ended(place, TaskState::paused, TaskState::canceled));
    }
    std::set<TaskId> counted; // paused while waiting: stands in both
    for (const Place& place : held)
        counted.insert(place.task);
    for (const NeedRow& need : context.tables.take_needs(all)) {
        if (counted.contains(need.task))
            continue;
        ++affected.waiting;
        tasks.push_back(ended(need, TaskState::canceled));
    }
    return tasks;
}

} // namespace

void add_standing(WriteContext& context, const RunRow& run, std::int64_t left, Affected& affected)
{
    const std::int64_t waiting = context.tables.waiting_count(run);
    const auto held = static_cast<std::int64_t>(context.tables.held({&run, {}}).size());
    affected.waiting += waiting;
    affected.paused += held;
    affected.pending += left - waiting - held;
}

Affected end_run(WriteContext& context, RunRow& run, RunEnding ending, const std::string& reason)
{
    Affected affected;
    affected.final = run.counts.final();
    run.ending = ending;
    run.expires_at.reset();
    context.runs.changed(run.id);
    context.tables.set_run_error(run.id, reason);

    std::vector<Ended> tasks;
    if (run.staged) {
        context.board.set_open(context.tables, run.id, false);
        tasks = end_leases(context, run, affected);
    } else {
        tasks = end_all(context, run, affected);
        std::vector<Ended> leased = end_leases(context, run, affected);
        std::move(leased.begin(), leased.end(), std::back_inserter(tasks));
    }
    for (Ended& task : tasks)
        task.error = reason;
    // Everything ends here: nothing is left to be told to children.
    const bool linked = std::exchange(run.linked, false);
    end_tasks(context, std::move(tasks));
    run.linked = linked;

    const std::int64_t left = run.counts.total - run.counts.final();
    if (left > 0) {
        run.counts.canceled += left;
        add_standing(context, run, left, affected);
        run.sweep = true;
        context.changes.sweep = true;
    }
    return affected;
}

} // namespace sluice
