// SPDX-License-Identifier: Apache-2.0
// pause and resume. A task without a lease moves to held; one with a lease keeps it with its clock
// stopped, and what already runs may finish. A staged run may be large: its queues close instead.
#include "store/use_cases/last_update.h"
#include "store/use_cases/lease_clock.h"
#include "store/use_cases/user_actions.h"
#include "store/use_cases/whole_run.h"

#include <algorithm>
#include <map>
#include <set>

namespace sluice {

namespace {

struct Chosen {
    std::vector<TaskId> ids; // sorted; empty: the whole run
    Tables::Selection selection;
};

Chosen choose(WriteContext& context, const Target& target)
{
    Chosen chosen;
    chosen.ids = own_tasks(context, target);
    chosen.selection.run = &context.runs.at(target.run);
    return chosen;
}

// A report has moved the end of its attempt without touching the lease.
void hear_reports(WriteContext& context, std::vector<LeaseRow>& leases)
{
    std::vector<TaskId> tasks;
    for (const LeaseRow& lease : leases)
        if (lease.owner == LeaseOwner::target && lease.expires_at)
            tasks.push_back(lease.place.task);
    if (tasks.empty())
        return;
    sort_unique(tasks);
    const std::map<TaskId, Time> ends = ends_after_reports(context, tasks);
    for (LeaseRow& lease : leases)
        if (const auto end = ends.find(lease.place.task); end != ends.end() && lease.expires_at)
            lease.expires_at = std::max(*lease.expires_at, end->second);
}

void note_places(WriteContext& context, const RunRow& run, const std::vector<Place>& places)
{
    if (run.kind != RunKind::batch)
        return;
    std::vector<TaskId> tasks;
    for (const Place& place : places)
        tasks.push_back(place.task);
    note_change(context, std::move(tasks));
}

void write_leases(WriteContext& context, const RunRow& run, const std::vector<LeaseRow>& leases)
{
    if (leases.empty())
        return;
    context.tables.update_leases(leases);
    if (run.kind == RunKind::batch)
        note_change_of_leased(context, leases);
}

Place held_place(const NeedRow& need)
{
    Place place;
    place.task = need.task;
    place.run = need.run;
    place.queue = need.queue;
    place.nprio = need.nprio;
    place.attempt = need.attempt;
    place.run_at = need.run_at;
    return place;
}

void stop_clocks(WriteContext& context, const Tables::Selection& selection, Affected& affected)
{
    std::vector<LeaseRow> leases = context.tables.leases(selection);
    std::erase_if(leases, [](const LeaseRow& lease) { return lease.paused_left.has_value(); });
    hear_reports(context, leases);
    if (!leases.empty())
        catch_up(context, context.tables.clock_jumps());
    for (LeaseRow& lease : leases) {
        ++(lease.started_at ? affected.running : affected.claimed);
        context.moved(lease.place.task, lease.place.run, state_of(lease), TaskState::paused);
        lease.paused_left = time_left(lease, context.now);
        lease.expires_at.reset();
    }
    write_leases(context, *selection.run, leases);
}

void start_clocks(WriteContext& context, const Tables::Selection& selection, Affected& affected)
{
    std::vector<LeaseRow> leases = context.tables.leases(selection);
    std::erase_if(leases, [](const LeaseRow& lease) { return !lease.paused_left; });
    if (!leases.empty())
        catch_up(context, context.tables.clock_jumps());
    for (LeaseRow& lease : leases) {
        ++affected.paused;
        const Micros left = *lease.paused_left;
        lease.paused_left.reset();
        set_time_left(lease, left, context.now);
        context.moved(lease.place.task, lease.place.run, TaskState::paused, state_of(lease));
        context.changes.due(lease.expires_at);
    }
    write_leases(context, *selection.run, leases);
}

Affected pause(WriteContext& context, const Tables::Selection& selection)
{
    Affected affected;
    std::vector<Place> held = context.tables.take_timers(selection);
    std::vector<Place> ready = context.take_ready(selection);
    held.insert(held.end(), ready.begin(), ready.end());
    context.moved_all(held, TaskState::pending, TaskState::paused);
    affected.pending = static_cast<std::int64_t>(held.size());

    std::set<TaskId> already;
    for (const Place& place : context.tables.held(selection))
        already.insert(place.task);
    for (const NeedRow& need : context.tables.needs(selection)) {
        if (already.contains(need.task))
            continue;
        held.push_back(held_place(need));
        context.moved(need.task, need.run, TaskState::waiting, TaskState::paused);
        ++affected.waiting;
    }
    if (!held.empty())
        context.tables.insert_held(held);
    note_places(context, *selection.run, held);
    stop_clocks(context, selection, affected);
    return affected;
}

Affected resume(WriteContext& context, const Tables::Selection& selection)
{
    Affected affected;
    std::vector<Place> held = context.tables.take_held(selection);
    affected.paused = static_cast<std::int64_t>(held.size());
    note_places(context, *selection.run, held);
    std::set<TaskId> waiting;
    for (const NeedRow& need : context.tables.needs(selection))
        waiting.insert(need.task);
    std::erase_if(held, [&](const Place& place) {
        const bool waits = waiting.contains(place.task);
        if (waits)
            context.moved(place.task, place.run, TaskState::paused, TaskState::waiting);
        return waits;
    });
    context.make_pending(std::move(held), TaskState::paused);
    start_clocks(context, selection, affected);
    return affected;
}

// A staged run as a whole: its queues close or open again, and what its targets do in a batch
// stands still; nothing else moves.
Affected set_open(WriteContext& context, const RunRow& run, bool open)
{
    context.board.set_open(context.tables, run.id, open);
    if (open)
        for (QueueBoard::Name& name : context.board.ready_names(context.tables))
            context.changes.ready_queues.push_back(std::move(name));
    Affected affected;
    if (run.kind == RunKind::batch)
        (open ? start_clocks : stop_clocks)(context, {&run, {}}, affected);
    const std::int64_t left = run.counts.total - run.counts.final() - affected.changed();
    if (open)
        affected.paused += left;
    else
        add_standing(context, run, left, affected);
    affected.final = run.counts.final();
    return affected;
}

template <class Request, class Move>
void run_each(WriteContext& context, Operations<Request> operations, TaskEvent event, Move move)
{
    for (Operation<Request>* operation : operations) {
        const Target& target = operation->request.target;
        if (const auto error = refusal(context, target, event)) {
            operation->fail(*error);
            continue;
        }
        record(context, target, name(event));
        Chosen chosen = choose(context, target);
        chosen.selection.tasks = chosen.ids;
        const bool whole = chosen.ids.empty() && chosen.selection.run->staged;
        operation->answer(
            whole ? set_open(context, *chosen.selection.run, event == TaskEvent::resume)
                  : move(context, chosen.selection)
        );
    }
}

} // namespace

void run(WriteContext& context, Operations<Pause> operations)
{
    run_each(context, operations, TaskEvent::pause, pause);
}

void run(WriteContext& context, Operations<Resume> operations)
{
    run_each(context, operations, TaskEvent::resume, resume);
}

} // namespace sluice
