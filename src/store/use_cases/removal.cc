// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/removal.h"

#include "store/cluster_tables.h"

#include <algorithm>

namespace sluice {

namespace {

constexpr Micros removal_lease = std::chrono::seconds(60); // for the next piece

} // namespace

bool is_being_removed(const RunRow& run)
{
    return run.state == RunState::loading && run.ending != RunEnding::none;
}

void begin_removal(WriteContext& context, RunRow& run)
{
    run.state = RunState::loading;
    run.ending = RunEnding::timed_out;
    run.finished_at.reset();
    run.expires_at = context.now + removal_lease;
    context.runs.changed(run.id);
}

void stop_counting(WriteContext& context, const RunRow& run)
{
    if (run.kind == RunKind::batch)
        stop_counting(
            context,
            context.tables.rules().take_members_of_run(run.id, run.task_first, run.task_last)
        );
}

void remove_tasks(WriteContext& context, const std::vector<Tables::TaskOfRun>& tasks)
{
    if (tasks.empty())
        return;
    std::vector<TaskId> ids;
    for (const Tables::TaskOfRun& task : tasks) {
        ids.push_back(task.task);
        --context.runs.at(task.run).counts.total;
        context.runs.changed(task.run);
    }
    sort_unique(ids);
    const std::vector<MemberRow> members = context.tables.rules().members(ids);
    if (!members.empty())
        context.tables.rules().delete_members(members);
    stop_counting(context, members);
    for (const DoneRow& row : context.tables.done(ids))
        uncount(context.runs.at(row.run).counts, row.outcome);
    context.tables.delete_tasks(ids);
}

RemovedPiece remove_piece(WriteContext& context, const std::vector<RunId>& runs, std::size_t limit)
{
    std::vector<RunRow> rows;
    for (const RunId run : runs)
        rows.push_back(context.runs.at(run));
    const std::vector<Tables::TaskOfRun> tasks = context.tables.first_tasks(rows, limit);
    remove_tasks(context, tasks);
    RemovedPiece removed;
    removed.tasks = tasks.size();
    const bool is_all = tasks.size() < limit;
    for (const RunRow& row : rows) {
        if (is_all || row.id < tasks.back().run)
            remove_run(context, row);
        else
            removed.unfinished.push_back(row.id);
    }
    return removed;
}

void remove_run(WriteContext& context, const RunRow& run)
{
    if (run.staged)
        context.board.remove(context.tables, run.id);
    if (run.kind == RunKind::job)
        context.tables.cluster().delete_of_run(run.id);
    context.tables.delete_run(run);
}

} // namespace sluice
