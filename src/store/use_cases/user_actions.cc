// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/user_actions.h"

#include <fmt/format.h>

namespace sluice {

void record(WriteContext& context, const Target& target, std::string_view kind)
{
    std::vector<EventRow> events;
    EventRow event;
    event.at = context.now;
    event.run = target.run;
    event.kind = kind;
    event.actor = target.actor;
    event.detail = target.reason;
    if (target.tasks.empty())
        events.push_back(event);
    for (const TaskId task : target.tasks) {
        event.task = task;
        events.push_back(event);
    }
    context.tables.insert_events(events);
}

namespace {

std::optional<TaskState> state_of(WriteContext& context, const RunRow& run, TaskId task)
{
    const Tables::Selection one{&run, {&task, 1}};
    const std::vector<DoneRow> done = context.tables.done({&task, 1});
    if (!done.empty())
        return done.front().outcome;
    const std::vector<TaskRow> rows = context.tables.tasks({&task, 1});
    if (rows.empty() || rows.front().run != run.id)
        return std::nullopt;
    if (is_final(run.state))
        return TaskState::canceled; // a sweep is owed
    const std::vector<LeaseRow> leases = context.tables.leases(one);
    if (!leases.empty())
        return leases.front().paused_left  ? TaskState::paused
               : leases.front().started_at ? TaskState::running
                                           : TaskState::claimed;
    if (!context.tables.held(one).empty())
        return TaskState::paused;
    return context.tables.needs(one).empty() ? TaskState::pending : TaskState::waiting;
}

} // namespace

std::optional<Error> refusal(WriteContext& context, const Target& target, TaskEvent event)
{
    const RunRow& run = context.runs.at(target.run);
    if (target.tasks.empty()) {
        if (is_final(run.state))
            return Error{Errc::conflict, fmt::format("the run is final: {}", name(run.state))};
        return std::nullopt;
    }
    if (target.tasks.size() > 1)
        return std::nullopt;
    const std::optional<TaskState> state = state_of(context, run, target.tasks.front());
    if (!state)
        return Error{Errc::not_found, "no such task in the run"};
    if (!after(*state, event))
        return not_allowed(*state, event);
    return std::nullopt;
}

} // namespace sluice
