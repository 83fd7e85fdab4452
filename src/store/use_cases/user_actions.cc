// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/user_actions.h"

#include "model/task/task_words.h"
#include "model/workflow/run_words.h"

#include <fmt/format.h>

namespace sluice {

std::string object_of(const RunRow& run)
{
    switch (run.kind) {
    case RunKind::job:
        return "job";
    case RunKind::execution:
        return "execution";
    case RunKind::batch:
        break;
    }
    return ""; // the task or the batch
}

void record(WriteContext& context, const Target& target, std::string_view kind)
{
    std::vector<EventRow> events;
    EventRow event;
    event.at = context.now;
    event.run = target.run;
    event.kind = kind;
    event.actor = target.actor;
    event.detail = target.reason;
    event.object = object_of(context.runs.at(target.run));
    if (target.tasks.empty())
        events.push_back(event);
    for (const TaskId task : target.tasks) {
        event.task = task;
        events.push_back(event);
    }
    context.tables.insert_events(events);
}

namespace {

TaskState state_of(WriteContext& context, const RunRow& run, TaskId task)
{
    const Tables::Selection one{&run, {&task, 1}};
    const std::vector<DoneRow> done = context.tables.done({&task, 1});
    if (!done.empty())
        return done.front().outcome;
    if (is_final(run.state))
        return TaskState::canceled; // a sweep is owed
    const std::vector<LeaseRow> leases = context.tables.leases(one);
    if (!leases.empty())
        return state_of(leases.front());
    if (!context.tables.held(one).empty())
        return TaskState::paused;
    return context.tables.needs(one).empty() ? TaskState::pending : TaskState::waiting;
}

// The service and workflows have their own words for states.
Error refused(const RunRow& run, TaskState state, TaskEvent event)
{
    if (run.kind == RunKind::job)
        return not_allowed(state, event);
    const std::string_view word =
        run.kind == RunKind::batch ? task_status_names.name(state) : name(task_status(state));
    return {Errc::conflict, fmt::format("'{}' is not possible: the task is {}", name(event), word)};
}

Error is_final_already(const RunRow& run)
{
    const RunState state = run_state(run.counts, run.ending);
    RunFacts facts;
    facts.state = state;
    const std::string_view word =
        run.kind == RunKind::execution ? name(run_status(facts)) : name(state);
    return {Errc::conflict, fmt::format("the run is final: {}", word)};
}

} // namespace

std::vector<TaskId> own_tasks(WriteContext& context, const Target& target)
{
    std::vector<TaskId> ids = target.tasks;
    sort_unique(ids);
    std::vector<TaskId> own;
    for (const TaskRow& row : context.tables.tasks(ids))
        if (row.run == target.run)
            own.push_back(row.id);
    std::sort(own.begin(), own.end());
    return own;
}

std::optional<Error> refusal(WriteContext& context, const Target& target, TaskEvent event)
{
    const RunRow& run = context.runs.at(target.run);
    if (target.tasks.empty()) {
        if (is_over(run))
            return is_final_already(run);
        return std::nullopt;
    }
    if (own_tasks(context, target).empty())
        return Error{Errc::not_found, "no such task in the run"};
    if (target.tasks.size() > 1)
        return std::nullopt;
    const TaskState state = state_of(context, run, target.tasks.front());
    if (!after(state, event))
        return refused(run, state, event);
    return std::nullopt;
}

} // namespace sluice
