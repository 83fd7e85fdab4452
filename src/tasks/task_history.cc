// SPDX-License-Identifier: Apache-2.0
#include "tasks/task_history.h"

#include <algorithm>
#include <iterator>

namespace sluice {

namespace {

std::vector<ParentTask> parents_of(Reads& reads, const TaskView& view)
{
    std::vector<ParentTask> parents;
    const std::optional<Reads::Run> run = reads.run(view.card.run);
    if (!run)
        return parents;
    for (const LinkRow& link : reads.parents(run->row, view.card.task))
        if (std::optional<Reads::Task> parent = reads.task(link.parent))
            parents.push_back({std::move(*parent), view.run_created_at});
    for (const OutsideParent& outside : reads.service().outside_parents(view.card.task))
        if (std::optional<Reads::Task> parent = reads.task(outside.task))
            parents.push_back({std::move(*parent), outside.run_created_at});
    return parents;
}

void read_why(Reads& reads, TaskHistory& history)
{
    if (history.view.task.state == TaskState::waiting)
        history.parents = parents_of(reads, history.view);
    if (history.view.task.state == TaskState::pending)
        history.gates = reads.service().gates(history.view.card.task);
}

void read_timeline(Reads& reads, TaskHistory& history)
{
    const TaskId task = history.view.card.task;
    history.attempts = reads.attempts(task);
    ServiceReads::DeliveryFilter filter;
    filter.task = task;
    filter.limit = 1000;
    history.deliveries = reads.service().deliveries(filter);
    const std::optional<Reads::Run> run = reads.run(history.view.card.run);
    if (run && run->row.linked)
        history.parents_ended = reads.service().parents_ended(run->row, task);
}

} // namespace

std::optional<TaskHistory> task_history(Reads& reads, TaskId task, HistoryFor purpose)
{
    std::optional<TaskView> view = reads.service().task(task);
    if (!view)
        return std::nullopt;
    TaskHistory history;
    history.view = std::move(*view);
    history.events = reads.events(history.view.card.run, task);
    if (purpose == HistoryFor::why)
        read_why(reads, history);
    else
        read_timeline(reads, history);
    return history;
}

} // namespace sluice
