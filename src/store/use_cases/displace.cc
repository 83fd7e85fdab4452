// SPDX-License-Identifier: Apache-2.0
// Preemption: a task of a higher priority takes the place of one that may be displaced. That one
// goes back without using up a try.
#include "store/use_cases/displace.h"

#include "store/use_cases/ending.h"
#include "store/use_cases/last_update.h"

#include <set>

namespace sluice {

namespace {

void send_back(WriteContext& context, const LeaseRow& lease)
{
    const Place& place = lease.place;
    const AttemptRow log =
        attempt_row(lease, AttemptEnd::returned, context.now, "displaced by another task");
    context.tables.insert_attempts({&log, 1});
    context.debts.push_back({place.task, place.run, place.attempt, {}, true, std::nullopt});
    context.changes.lost_leases.push_back({place.task, place.attempt});
    std::vector<Place> places{given_back(lease)};
    go_back(context, places);
    context.make_pending(std::move(places), TaskState::running);
}

// Whether the task still runs, in a run that can be had without waiting. One whose start is under
// way is left alone: its target may begin, and would not be told to stop.
bool may_be_displaced(WriteContext& context, TaskId task)
{
    const std::vector<TaskRow> rows = context.tables.tasks({&task, 1});
    if (rows.empty())
        return false;
    context.lock_runs({rows.front().run});
    const RunRow* run = context.runs.find(rows.front().run);
    if (!run || run->sweep)
        return false;
    const std::vector<LeaseRow> held = context.tables.leases({nullptr, {&task, 1}});
    return !held.empty() && held.front().started_at;
}

// The least important one under the gate, of those that are not chosen yet. One after the other:
// the first will nearly always do, a run is not locked before it is needed, and a lease is judged
// only under the lock of its run.
std::optional<TaskId> next_victim(
    WriteContext& context, const Candidate& candidate, const Gate& gate,
    const std::set<TaskId>& chosen
)
{
    constexpr std::size_t choice = 8;
    const int nprio = candidate.waiting.row.nprio;
    for (const TaskId task :
         context.tables.rules().displaceable(gate.counter, nprio, chosen.size() + choice))
        if (!chosen.contains(task) && may_be_displaced(context, task))
            return task;
    return std::nullopt;
}

// Finds those without whom the candidate may start. The reply is a gate that would stay closed:
// they would be displaced in vain, again and again.
const Gate* find_victims(
    WriteContext& context, const Candidate& candidate, GateCheck trial, std::set<TaskId>& victims
)
{
    while (const Gate* gate = trial.closed_gate(candidate)) {
        const std::optional<TaskId> victim =
            gate->maximum < 0 ? std::nullopt : next_victim(context, candidate, *gate, victims);
        if (!victim)
            return gate;
        victims.insert(*victim);
        for (const MemberRow& member : context.tables.rules().members({&*victim, 1}))
            trial.add(member.counter, -member.amount);
    }
    return nullptr;
}

} // namespace

const Gate* displace_for(WriteContext& context, const Candidate& candidate, GateCheck& check)
{
    std::set<TaskId> victims;
    if (const Gate* gate = find_victims(context, candidate, check, victims))
        return gate;
    std::vector<Tables::LeaseKey> keys;
    for (const TaskId task : victims)
        keys.push_back({task, 0, WorkerId{}});
    for (const LeaseRow& lease : context.tables.take_leases(keys))
        send_back(context, lease);
    const std::map<CounterKey, std::int64_t> before = context.counting.changes;
    settle_members(context);
    for (const auto& [counter, change] : context.counting.changes) {
        if (!check.knows(counter))
            continue; // whoever reads it will add the changes
        const auto old = before.find(counter);
        check.add(counter, change - (old == before.end() ? 0 : old->second));
    }
    return nullptr;
}

} // namespace sluice
