// SPDX-License-Identifier: Apache-2.0
// retry from: final tasks live again, also those that succeeded, and with them all that depends on
// them: what was final as a new attempt, what was about to start waits again. What they depend on
// stays, and its ends are heard as they were at first.
#include "model/workflow/run_words.h"
#include "store/outside_tables.h"
#include "store/use_cases/propagation.h"
#include "store/use_cases/retry.h"
#include "store/use_cases/user_actions.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace sluice {

namespace {

using Ends = std::map<TaskId, DoneRow>;

Ends ends_of(WriteContext& context, const std::vector<TaskId>& tasks)
{
    Ends ends;
    for (DoneRow& row : context.tables.done(tasks))
        ends.emplace(row.task, std::move(row));
    return ends;
}

std::vector<TaskId> ids_of(const Ends& ends)
{
    std::vector<TaskId> ids;
    for (const auto& [id, row] : ends)
        ids.push_back(id);
    return ids;
}

// What is to run again.
struct Closure {
    std::vector<TaskId> roots; // asked for, and behind no other one
    std::vector<TaskId> tasks; // with all that is behind them, by id
    Ends ends;                 // of those that are final: they live again
    std::vector<Place> moved;  // of those that were pending, by id
    std::vector<Place> held;   // likewise, and paused
};

std::vector<TaskId> children_of(WriteContext& context, const std::vector<TaskId>& parents)
{
    std::vector<TaskId> children;
    for (const LinkRow& link : context.tables.links_from(parents))
        children.push_back(link.child);
    sort_unique(children);
    return children;
}

Closure closure_of(WriteContext& context, const RunRow& run, const std::vector<TaskId>& asked)
{
    std::set<TaskId> tasks(asked.begin(), asked.end());
    std::set<TaskId> behind;
    std::vector<TaskId> level = asked;
    while (run.linked && !level.empty()) {
        level = children_of(context, level);
        behind.insert(level.begin(), level.end());
        std::erase_if(level, [&](TaskId id) { return !tasks.insert(id).second; });
    }
    Closure closure;
    std::ranges::set_difference(asked, behind, std::back_inserter(closure.roots));
    closure.tasks.assign(tasks.begin(), tasks.end());
    closure.ends = ends_of(context, closure.tasks);
    return closure;
}

// The links to what is to run again, and the ends of parents that stay as they are.
struct Parents {
    std::vector<LinkRow> links;
    Ends ends;

    // Null: it has not ended, or is to run again.
    const DoneRow* end_of(TaskId parent) const
    {
        const auto found = ends.find(parent);
        return found == ends.end() ? nullptr : &found->second;
    }
    bool is_unmet(const LinkRow& link) const
    {
        const DoneRow* const end = end_of(link.parent);
        return end && !is_met(link.condition, end->outcome);
    }
};

Parents parents_of(WriteContext& context, const RunRow& run, const Closure& closure)
{
    Parents parents;
    if (!run.linked)
        return parents;
    parents.links = context.tables.links_to(run, closure.tasks);
    std::vector<TaskId> ids;
    for (const LinkRow& link : parents.links)
        ids.push_back(link.parent);
    sort_unique(ids);
    std::vector<TaskId> outside;
    std::ranges::set_difference(ids, closure.tasks, std::back_inserter(outside));
    parents.ends = ends_of(context, outside);
    return parents;
}

std::string name_of(WriteContext& context, TaskId task)
{
    const std::vector<TaskRow> rows = context.tables.tasks({&task, 1});
    return rows.empty() ? std::string() : rows.front().name;
}

// A task that is asked for would not start.
std::optional<Error>
forbidden(WriteContext& context, const Closure& closure, const Parents& parents)
{
    for (const LinkRow& link : parents.links)
        if (parents.is_unmet(link) && std::ranges::binary_search(closure.roots, link.child))
            return Error{
                Errc::conflict,
                fmt::format(
                    "task '{}' cannot start: {}: retry that one", name_of(context, link.child),
                    unmet_dependency(
                        name_of(context, link.parent), parents.end_of(link.parent)->outcome
                    )
                )};
    return std::nullopt;
}

// Takes what is pending, in the order in which tasks move: what has got away has a lease.
std::optional<Error> take_pending(WriteContext& context, Closure& closure)
{
    std::vector<TaskId> live;
    for (const TaskId id : closure.tasks)
        if (!closure.ends.contains(id))
            live.push_back(id);
    if (live.empty()) // an empty selection would be the whole run
        return std::nullopt;
    const Tables::Selection some{nullptr, live};
    closure.moved = context.tables.take_timers(some);
    const std::vector<Place> ready = context.take_ready(some);
    closure.moved.insert(closure.moved.end(), ready.begin(), ready.end());
    const std::vector<LeaseRow> leases = context.tables.leases(some);
    if (leases.empty())
        return std::nullopt;
    context.make_pending(std::exchange(closure.moved, {}), TaskState::pending);
    const std::string name = name_of(context, leases.front().place.task);
    return Error{Errc::conflict, fmt::format("task '{}' is running", name)};
}

// Those that were paused before they began, but not while they waited. They stay so.
void take_held(WriteContext& context, Closure& closure)
{
    std::vector<TaskId> live;
    for (const TaskId id : closure.tasks)
        if (!closure.ends.contains(id))
            live.push_back(id);
    if (live.empty())
        return;
    std::set<TaskId> waiting;
    for (const NeedRow& need : context.tables.needs({nullptr, live}))
        waiting.insert(need.task);
    std::erase_if(live, [&](TaskId id) { return waiting.contains(id); });
    if (live.empty())
        return;
    closure.held = context.tables.take_held({nullptr, live});
    for (Place& place : closure.held) {
        place.tries = 0;
        place.rescues = 0;
    }
    if (!closure.held.empty())
        context.tables.insert_held(closure.held);
}

// Those behind that wait already do so for parents that live again, too.
void wait_again(WriteContext& context, const RunRow& run, const Closure& closure)
{
    if (!run.linked)
        return;
    std::map<TaskId, int> waits;
    for (const LinkRow& link : context.tables.links_from(ids_of(closure.ends)))
        --waits[link.child];
    std::vector<Tables::NeedChange> changes;
    for (const auto& [child, finished] : waits)
        changes.push_back({child, finished});
    if (!changes.empty())
        context.tables.subtract_needs(changes);
}

using Counts = std::map<TaskId, int>; // of parents that have not ended, by child

Counts unfinished_parents(WriteContext& context, const Closure& closure, const Parents& parents)
{
    Counts unfinished;
    for (const LinkRow& link : parents.links)
        if (!parents.end_of(link.parent))
            ++unfinished[link.child];
    for (const TaskId child : context.tables.outside().children_outside(ids_of(closure.ends)))
        ++unfinished[child];
    return unfinished;
}

// What is written of the tasks that stand somewhere else now.
struct Rows {
    std::vector<NeedRow> waiting;
    std::vector<Place> pending;
    std::vector<AttemptRow> log;
};

// A task of which attempts have failed has all its tries again.
NeedRow waiting_at(const Place& place, int unfinished)
{
    return {place.task, place.run,     place.queue,  place.nprio,
            unfinished, place.attempt, place.run_at, false};
}

void stand_again(
    WriteContext& context, RunRow& run, const Closure& closure, const Counts& unfinished, Rows& rows
)
{
    const auto count_of = [&](TaskId task) {
        const auto found = unfinished.find(task);
        return found == unfinished.end() ? 0 : found->second;
    };
    for (const TaskRow& task : context.tables.tasks(ids_of(closure.ends))) {
        const DoneRow& end = closure.ends.at(task.id);
        if (std::optional<AttemptRow> over = last_attempt(end, end.attempt))
            rows.log.push_back(*std::move(over));
        Place place{task.id, run.id, task.queue, task.nprio, end.attempt, 0, 0, std::nullopt};
        const int count = count_of(task.id);
        if (count > 0)
            rows.waiting.push_back(waiting_at(place, count));
        else
            rows.pending.push_back(place);
        uncount(run.counts, end.outcome);
        context.moved(
            task.id, run.id, end.outcome, count > 0 ? TaskState::waiting : TaskState::pending
        );
    }
    for (const Place& place : closure.moved) {
        rows.waiting.push_back(waiting_at(place, count_of(place.task)));
        context.moved(place.task, run.id, TaskState::pending, TaskState::waiting);
    }
    for (const Place& place : closure.held)
        rows.waiting.push_back(waiting_at(place, count_of(place.task)));
}

// Parents that stay have ended before, and say the same as they did at first.
Verdicts heard_before(const RunRow& run, const Parents& parents)
{
    Verdicts verdicts;
    for (const LinkRow& link : parents.links) {
        if (!parents.is_unmet(link))
            continue;
        const DoneRow& end = *parents.end_of(link.parent);
        add_verdict(verdicts, link, {end.task, run.id, end.outcome, run.created_at});
        verdicts.at(link.child).finished = 0; // it is not counted as unfinished
    }
    return verdicts;
}

void revive(WriteContext& context, RunRow& run, const Closure& closure, const Parents& parents)
{
    wait_again(context, run, closure);
    const Counts unfinished = unfinished_parents(context, closure, parents);
    forget_ends(context, run, ids_of(closure.ends));
    Rows rows;
    stand_again(context, run, closure, unfinished, rows);
    if (!rows.log.empty())
        context.tables.insert_attempts(rows.log);
    if (!rows.waiting.empty())
        context.tables.insert_needs(rows.waiting);
    context.make_pending(std::move(rows.pending), TaskState::pending);
    end_tasks(context, settle(context, heard_before(run, parents)));
}

Error not_final(WriteContext& context, const RunRow& run, TaskId task)
{
    Target one;
    one.run = run.id;
    one.tasks = {task};
    return refusal(context, one, TaskEvent::retry)
        .value_or(not_allowed(TaskState::pending, TaskEvent::retry));
}

// Everything in it that has not ended is paused; what lives again would start at once.
bool is_paused(WriteContext& context, const RunRow& run, TaskId any_task)
{
    const std::int64_t live = run.counts.total - run.counts.final();
    if (is_final(run.state) || live == 0)
        return false;
    if (run.staged) { // its queues close instead
        const std::vector<TaskRow> rows = context.tables.tasks({&any_task, 1});
        if (!context.board.open_name(context.tables, rows.at(0).queue))
            return true;
    }
    const std::vector<LeaseRow> leases = context.tables.leases({&run, {}});
    const auto is_held = [](const LeaseRow& lease) { return lease.paused_left.has_value(); };
    if (!std::ranges::all_of(leases, is_held))
        return false;
    const std::size_t held = leases.size() + context.tables.held({&run, {}}).size();
    return static_cast<std::int64_t>(held) == live;
}

std::optional<Error> refusal_of(const RunRow& run, const Target& target)
{
    if (run.kind != RunKind::execution)
        return Error{Errc::invalid, "only a run of a workflow is retried from a task on"};
    if (target.tasks.empty())
        return Error{Errc::invalid, "a task is missing to retry from"};
    if (run.sweep)
        return Error{Errc::conflict, "the run is still being cleared up: retry later"};
    return std::nullopt;
}

} // namespace

void retry_from(WriteContext& context, Operation<RetryTasks>& operation)
{
    const Target& target = operation.request.target;
    RunRow& run = context.runs.at(target.run);
    if (const std::optional<Error> error = refusal_of(run, target))
        return operation.fail(*error);
    const std::vector<TaskId> own = own_tasks(context, target);
    if (own.empty())
        return operation.fail({Errc::not_found, "no such task in the run"});
    if (is_paused(context, run, own.front()))
        return operation.fail({Errc::conflict, "the run is paused: resume it first"});
    const std::vector<TaskId> asked = ids_of(ends_of(context, own));
    if (asked.empty())
        return operation.fail(not_final(context, run, own.front()));

    Closure closure = closure_of(context, run, asked);
    const Parents parents = parents_of(context, run, closure);
    if (const std::optional<Error> error = forbidden(context, closure, parents))
        return operation.fail(*error);
    if (const std::optional<Error> error = take_pending(context, closure))
        return operation.fail(*error);
    take_held(context, closure);

    Affected affected;
    affected.final = static_cast<std::int64_t>(closure.ends.size());
    affected.pending = static_cast<std::int64_t>(closure.moved.size());
    affected.paused = static_cast<std::int64_t>(closure.held.size());
    if (run.staged && is_final(run.state)) // else they are closed by who paused it
        context.board.set_open(context.tables, run.id, true);
    if (is_over(run))
        reopen(context, run, operation.request.run_timeout);
    context.runs.changed(run.id);
    revive(context, run, closure, parents);
    record(context, target, "retry");
    operation.answer(affected);
}

} // namespace sluice
