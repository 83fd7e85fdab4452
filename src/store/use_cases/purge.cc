// SPDX-License-Identifier: Apache-2.0
// purge: what retention removes. The runs are locked, so nothing lives again meanwhile.
#include "store/service_tables.h"
#include "store/use_cases/removal.h"

#include <algorithm>

namespace sluice {

namespace {

bool is_old(const RunRow& run, Time ended_before)
{
    return run.kind == RunKind::batch && is_final(run.state) && !run.sweep && run.finished_at &&
           *run.finished_at < ended_before;
}

PurgedBatches purge(WriteContext& context, const PurgeBatches& request)
{
    std::vector<RunId> ids = request.batches;
    sort_unique(ids);
    context.lock_runs(ids);
    std::vector<RunId> begun;
    std::vector<RunId> old;
    for (const RunId id : ids) {
        const RunRow* run = context.runs.find(id);
        if (run && run->kind == RunKind::batch && is_being_removed(*run))
            begun.push_back(id);
        else if (run && is_old(*run, request.ended_before))
            old.push_back(id);
    }
    if (!old.empty())
        old = context.tables.service().unneeded_runs(old);
    std::vector<RunId> removable = begun;
    removable.insert(removable.end(), old.begin(), old.end());
    sort_unique(removable);
    for (const RunId id : removable)
        begin_removal(context, context.runs.at(id));
    RemovedPiece removed = remove_piece(context, removable, request.limit);
    // What is not seen any more must not be found by deduplication either.
    for (const RunId id : removed.unfinished)
        if (!std::ranges::binary_search(begun, id))
            stop_counting(context, context.runs.at(id));
    return {removed.tasks, std::move(removed.unfinished)};
}

std::size_t purge(WriteContext& context, const PurgeTasks& request)
{
    RunRow& run = context.runs.at(request.run);
    if (run.kind != RunKind::batch || !is_final(run.state) || run.sweep)
        return 0;
    std::vector<TaskId> ids = request.tasks;
    sort_unique(ids);
    const std::vector<TaskId> unneeded =
        context.tables.service().unneeded_tasks(run.id, ids, request.hidden_before);
    if (unneeded.empty())
        return 0;
    context.tables.service().delete_links_to(run, unneeded);
    std::vector<Tables::TaskOfRun> tasks;
    for (const TaskId id : unneeded)
        tasks.push_back({id, run.id});
    remove_tasks(context, tasks);
    run.state = run_state(run.counts, run.ending);
    if (run.counts.total == 0)
        remove_run(context, run);
    return tasks.size();
}

} // namespace

void run(WriteContext& context, Operations<PurgeBatches> operations)
{
    for (Operation<PurgeBatches>* operation : operations)
        operation->answer(purge(context, operation->request));
}

void run(WriteContext& context, Operations<PurgeTasks> operations)
{
    for (Operation<PurgeTasks>* operation : operations)
        operation->answer(purge(context, operation->request));
}

} // namespace sluice
