// SPDX-License-Identifier: Apache-2.0
// abandon: pending tasks that nobody can run fail for good. What waits for them follows; what is
// paused is left to who has paused it.
#include "store/execution_tables.h"
#include "store/use_cases/ending.h"

#include <algorithm>

namespace sluice {

namespace {

using TaskOfRun = Tables::TaskOfRun;

// Nobody has locked anything yet: they may have moved when their runs are.
std::vector<TaskOfRun> candidates(WriteContext& context, const Abandon& request)
{
    std::vector<TaskId> named = request.named;
    sort_unique(named);
    named.resize(std::min(named.size(), request.limit));
    std::vector<TaskOfRun> found;
    for (const TaskRow& row : context.tables.tasks(named))
        found.push_back({row.id, row.run});
    const std::size_t more = request.limit - found.size();
    if (more > 0 && !request.queues.empty())
        for (const Place& place : context.tables.executions().ready_in(request.queues, more))
            found.push_back({place.task, place.run});
    return found;
}

// Those whose runs are ours and have not been ended as a whole.
std::vector<TaskId> lock(WriteContext& context, const std::vector<TaskOfRun>& found)
{
    std::vector<RunId> runs;
    for (const TaskOfRun& task : found)
        runs.push_back(task.run);
    context.lock_runs(std::move(runs));
    std::vector<TaskId> tasks;
    for (const TaskOfRun& task : found) {
        const RunRow* run = context.runs.find(task.run);
        if (run && run->state == RunState::active && !is_over(*run))
            tasks.push_back(task.task);
    }
    sort_unique(tasks);
    return tasks;
}

std::vector<Ended>
take_pending(WriteContext& context, const std::vector<TaskId>& tasks, const std::string& reason)
{
    const Tables::Selection some{nullptr, tasks};
    std::vector<Place> pending = context.tables.take_timers(some);
    const std::vector<Place> ready = context.take_ready(some);
    pending.insert(pending.end(), ready.begin(), ready.end());
    std::vector<Ended> ending;
    for (const Place& place : pending) {
        ending.push_back(ended(place, TaskState::pending, TaskState::failed));
        ending.back().error = reason;
    }
    return ending;
}

} // namespace

void run(WriteContext& context, Operations<Abandon> operations)
{
    for (Operation<Abandon>* operation : operations) {
        const Abandon& request = operation->request;
        const std::vector<TaskId> tasks = lock(context, candidates(context, request));
        std::vector<Ended> ending;
        if (!tasks.empty()) // an empty selection would be a whole run
            ending = take_pending(context, tasks, request.reason);
        const std::size_t count = ending.size();
        end_tasks(context, std::move(ending));
        operation->answer(count);
    }
}

} // namespace sluice
