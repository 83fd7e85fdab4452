// SPDX-License-Identifier: Apache-2.0
// Preemption: a task of a higher priority takes the place of one that may be displaced. That one
// goes back without using up a try.
#include "store/use_cases/displace.h"

#include "store/use_cases/ending.h"

namespace sluice {

namespace {

void send_back(WriteContext& context, const LeaseRow& lease)
{
    const Place& place = lease.place;
    const AttemptRow log =
        attempt_row(lease, AttemptEnd::returned, context.now, "displaced by another task");
    context.tables.insert_attempts({&log, 1});
    context.debts.push_back({place.task, place.run, place.attempt, {}, true, std::nullopt});
    context.changes.lost_leases.push_back(place.task);
    context.make_pending({given_back(lease)}, TaskState::running);
}

// The lease of the task, if it runs and its run can be had without waiting. One whose start is
// under way is left alone: its target may begin, and would not be told to stop.
std::optional<LeaseRow> take_lease(WriteContext& context, TaskId task)
{
    const std::vector<TaskRow> rows = context.tables.tasks({&task, 1});
    if (rows.empty())
        return std::nullopt;
    context.lock_runs({rows.front().run});
    const RunRow* run = context.runs.find(rows.front().run);
    if (!run || run->sweep)
        return std::nullopt;
    const std::vector<LeaseRow> held = context.tables.leases({nullptr, {&task, 1}});
    if (held.empty() || !held.front().started_at)
        return std::nullopt;
    const Tables::LeaseKey key{task, 0, WorkerId{}};
    std::vector<LeaseRow> leases = context.tables.take_leases({&key, 1});
    return leases.empty() ? std::nullopt : std::optional(std::move(leases.front()));
}

bool displace_one(WriteContext& context, const Candidate& candidate, const Gate& gate)
{
    constexpr std::size_t choice = 8;
    for (const TaskId task :
         context.tables.rules().displaceable(gate.counter, candidate.waiting.row.nprio, choice))
        if (const std::optional<LeaseRow> lease = take_lease(context, task)) {
            send_back(context, *lease);
            return true;
        }
    return false;
}

} // namespace

bool displace_for(WriteContext& context, const Candidate& candidate, GateCheck& check)
{
    bool any = false;
    while (const Gate* gate = check.closed_gate(candidate)) {
        if (gate->maximum < 0 || !displace_one(context, candidate, *gate))
            break;
        any = true;
        const std::map<CounterKey, std::int64_t> before = context.counting.changes;
        settle_members(context);
        for (const auto& [counter, change] : context.counting.changes) {
            const auto old = before.find(counter);
            check.add(counter, change - (old == before.end() ? 0 : old->second));
        }
    }
    return any;
}

} // namespace sluice
