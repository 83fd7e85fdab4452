// SPDX-License-Identifier: Apache-2.0
// defer: an attempt waits by itself, and goes on; the clock of its timeout stands meanwhile.
#include "store/use_cases/ending.h"
#include "store/use_cases/lease_clock.h"

#include <map>
#include <set>

namespace sluice {

namespace {

using Leases = std::map<TaskId, LeaseRow>;

Leases leases_of(WriteContext& context, Operations<Defer> operations)
{
    std::vector<TaskId> ids;
    for (const Operation<Defer>* operation : operations)
        ids.push_back(operation->request.task);
    sort_unique(ids);
    Leases leases;
    for (LeaseRow& lease : context.tables.leases({nullptr, ids}))
        leases.emplace(lease.place.task, std::move(lease));
    return leases;
}

// What a target has accepted is not the worker's any more.
bool holds(const Defer& request, const LeaseRow& lease)
{
    return lease.owner == LeaseOwner::process && lease.place.attempt == request.attempt &&
           lease.worker == request.worker;
}

// False: it stands so already.
bool move(WriteContext& context, Defer::To to, LeaseRow& lease)
{
    const bool waits = to == Defer::To::waits;
    if (lease.deferred_left.has_value() == waits)
        return false;
    const Micros left = time_left(lease, context.now);
    if (waits)
        lease.deferred_left = left;
    else
        lease.deferred_left.reset();
    set_time_left(lease, left, context.now);
    context.changes.due(lease.expires_at);
    context.touch(lease.place.task);
    return true;
}

} // namespace

void run(WriteContext& context, Operations<Defer> operations)
{
    catch_up(context, context.tables.clock_jumps());
    Leases leases = leases_of(context, operations);
    std::set<TaskId> moved;
    for (Operation<Defer>* operation : operations) {
        const Defer& request = operation->request;
        const auto lease = leases.find(request.task);
        if (context.runs.at(request.run).sweep || lease == leases.end() ||
            !holds(request, lease->second)) {
            operation->fail(superseded(request.attempt));
            continue;
        }
        if (move(context, request.to, lease->second))
            moved.insert(request.task);
        operation->answer(true);
    }
    std::vector<LeaseRow> changed;
    for (const TaskId task : moved)
        changed.push_back(leases.at(task));
    if (!changed.empty())
        context.tables.update_leases(changed);
}

} // namespace sluice
