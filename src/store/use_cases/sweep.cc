// SPDX-License-Identifier: Apache-2.0
// sweep and delete: removing rows in bounded pieces, so that nobody else waits for long.
#include "store/definition_tables.h"
#include "store/use_cases/outside.h"
#include "store/use_cases/removal.h"
#include "store/use_cases/user_actions.h"

#include <algorithm>

namespace sluice {

namespace {

void delete_uses(WriteContext& context, const RunRow& run, const std::vector<DoneRow>& rows)
{
    std::vector<TaskId> tasks;
    for (const DoneRow& row : rows)
        tasks.push_back(row.task);
    if (run.kind == RunKind::batch && !tasks.empty())
        context.tables.definitions().delete_uses(tasks);
}

// Turns live rows of a run that was ended as a whole into done rows. Its counters say so already.
std::size_t sweep_piece(WriteContext& context, RunRow& run, std::size_t limit)
{
    const Tables::Selection some{&run, {}, limit};
    std::vector<DoneRow> rows;
    const std::string reason = context.tables.run_error(run.id);
    const auto add = [&](TaskId task, int attempt, int tries, TaskState from) {
        context.moved(task, run.id, from, TaskState::canceled);
        rows.push_back(
            {task,
             run.id,
             TaskState::canceled,
             attempt,
             tries,
             {},
             {},
             {},
             *run.finished_at,
             "",
             reason}
        );
    };
    std::vector<TaskId> held;
    for (const Place& place : context.tables.take_held(some)) {
        add(place.task, place.attempt, place.tries, TaskState::paused);
        held.push_back(place.task);
    }
    sort_unique(held);
    if (!held.empty())
        context.tables.delete_needs(held); // those that were paused while waiting stand in both
    for (const NeedRow& need : context.tables.take_needs(some))
        add(need.task, need.attempt, 0, TaskState::waiting);
    for (const Place& place : context.tables.take_timers(some))
        add(place.task, place.attempt, place.tries, TaskState::pending);
    for (const Place& place : context.take_ready(some))
        add(place.task, place.attempt, place.tries, TaskState::pending);
    // Of claims that were under way when the run ended.
    std::vector<Tables::LeaseKey> keys;
    for (const LeaseRow& lease : context.tables.leases(some))
        keys.push_back({lease.place.task, 0, WorkerId{}});
    for (const LeaseRow& lease : context.tables.take_leases(keys)) {
        add(lease.place.task, lease.place.attempt, lease.place.tries, state_of(lease));
        rows.back().worker = lease.worker;
        rows.back().claimed_at = lease.claimed_at;
        rows.back().started_at = lease.started_at;
        context.changes.lost_leases.push_back({lease.place.task, lease.place.attempt});
    }
    std::vector<Parent> parents;
    for (const DoneRow& row : rows)
        parents.push_back({row.task, row.run, row.outcome, run.created_at});
    tell_outside(context, run, parents);
    if (!rows.empty())
        context.tables.insert_done(rows);
    delete_uses(context, run, rows);
    return rows.size();
}

std::size_t sweep_runs(WriteContext& context, std::size_t limit)
{
    const std::vector<RunId> ids = context.tables.sweepable_runs(1);
    context.lock_runs(ids);
    std::size_t swept = 0;
    for (const RunId id : ids) {
        RunRow* run = context.runs.find(id);
        if (!run || !run->sweep)
            continue;
        const std::size_t rows = sweep_piece(context, *run, limit);
        if (rows == 0) {
            run->sweep = false;
            context.runs.changed(id);
        }
        swept += rows + 1;
    }
    return swept;
}

// What a loader left that died before it published, or who was removing a run.
std::size_t sweep_loads(WriteContext& context, std::size_t limit)
{
    std::vector<RunId> ids = context.tables.abandoned_loads(context.now);
    if (ids.empty())
        return 0;
    ids.resize(1);
    context.lock_runs(ids);
    RunRow* run = context.runs.find(ids.front());
    if (!run || run->state != RunState::loading)
        return 0;
    run->ending = RunEnding::timed_out; // the loader may not go on with what is left
    context.runs.changed(run->id);
    remove_piece(context, ids, limit);
    return limit;
}

std::vector<TaskId> first_tasks(WriteContext& context, const RunRow& run, std::size_t limit)
{
    std::vector<TaskId> ids;
    for (const Tables::TaskOfRun& task : context.tables.first_tasks({&run, 1}, limit))
        ids.push_back(task.task);
    return ids;
}

} // namespace

void run(WriteContext& context, Operations<Sweep> operations)
{
    for (Operation<Sweep>* operation : operations) {
        const std::size_t limit = operation->request.limit;
        const std::size_t swept = sweep_runs(context, limit) + sweep_loads(context, limit);
        context.changes.sweep = context.changes.sweep || swept > 0;
        operation->answer(swept);
    }
}

void run(WriteContext& context, Operations<DeleteRun> operations)
{
    constexpr std::size_t piece = 1000;
    for (Operation<DeleteRun>* operation : operations) {
        const RunRow& run = context.runs.at(operation->request.run);
        if (!is_final(run.state)) {
            operation->fail(
                {Errc::conflict, "a run that is not final cannot be deleted: cancel it first"}
            );
            continue;
        }
        if (run.sweep) {
            operation->answer(false);
            continue;
        }
        stop_counting(context, run);
        const std::vector<TaskId> tasks = first_tasks(context, run, piece);
        context.tables.delete_tasks(tasks);
        const bool gone = tasks.size() < piece;
        if (gone) {
            record(context, {run.id, {}, operation->request.actor, {}}, "delete");
            remove_run(context, run);
        }
        operation->answer(gone);
    }
}

} // namespace sluice
