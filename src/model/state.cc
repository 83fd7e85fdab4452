// SPDX-License-Identifier: Apache-2.0
#include "model/state.h"

#include "base/assert.h"
#include "base/enum_names.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr EnumNames<TaskState, 9> state_names{
    {{TaskState::waiting, "waiting"},
     {TaskState::pending, "pending"},
     {TaskState::claimed, "claimed"},
     {TaskState::running, "running"},
     {TaskState::paused, "paused"},
     {TaskState::succeeded, "succeeded"},
     {TaskState::failed, "failed"},
     {TaskState::canceled, "canceled"},
     {TaskState::skipped, "skipped"}}};

constexpr EnumNames<TaskEvent, 11> event_names{
    {{TaskEvent::parents_done, "parents_done"},
     {TaskEvent::claim, "claim"},
     {TaskEvent::start, "start"},
     {TaskEvent::succeed, "succeed"},
     {TaskEvent::fail, "fail"},
     {TaskEvent::cancel, "cancel"},
     {TaskEvent::skip, "skip"},
     {TaskEvent::give_back, "give_back"},
     {TaskEvent::pause, "pause"},
     {TaskEvent::resume, "resume"},
     {TaskEvent::retry, "retry"}}};

constexpr EnumNames<RunState, 5> run_names{
    {{RunState::loading, "loading"},
     {RunState::active, "active"},
     {RunState::succeeded, "succeeded"},
     {RunState::failed, "failed"},
     {RunState::canceled, "canceled"}}};

constexpr EnumNames<AttemptEnd, 4> attempt_end_names{
    {{AttemptEnd::failed, "failed"},
     {AttemptEnd::timed_out, "timed_out"},
     {AttemptEnd::rescued, "rescued"},
     {AttemptEnd::returned, "returned"}}};

std::optional<TaskState> only_if(bool allowed, TaskState state)
{
    return allowed ? std::optional(state) : std::nullopt;
}

std::int64_t& counter(RunCounts& counts, TaskState outcome)
{
    switch (outcome) {
    case TaskState::succeeded:
        return counts.succeeded;
    case TaskState::failed:
        return counts.failed;
    case TaskState::canceled:
        return counts.canceled;
    default:
        break;
    }
    SLUICE_ASSERT(outcome == TaskState::skipped);
    return counts.skipped;
}

} // namespace

std::string_view name(TaskState state)
{
    return state_names.name(state);
}

std::optional<TaskState> task_state(std::string_view text)
{
    return state_names.find(text);
}

std::string_view name(TaskEvent event)
{
    return event_names.name(event);
}

std::string_view name(AttemptEnd end)
{
    return attempt_end_names.name(end);
}

std::string_view name(RunState state)
{
    return run_names.name(state);
}

bool is_final(TaskState state)
{
    return state >= TaskState::succeeded;
}

bool is_leased(TaskState state)
{
    return state == TaskState::claimed || state == TaskState::running;
}

bool is_final(RunState state)
{
    return state >= RunState::succeeded;
}

std::optional<TaskState> after(TaskState state, TaskEvent event)
{
    const bool live = !is_final(state);
    const bool runs = is_leased(state) || state == TaskState::paused;
    switch (event) {
    case TaskEvent::parents_done:
        return only_if(state == TaskState::waiting, TaskState::pending);
    case TaskEvent::claim:
        return only_if(state == TaskState::pending, TaskState::claimed);
    case TaskEvent::start:
        return only_if(state == TaskState::claimed, TaskState::running);
    case TaskEvent::succeed:
        return only_if(runs, TaskState::succeeded);
    case TaskEvent::fail:
        return only_if(live, TaskState::failed);
    case TaskEvent::cancel:
        return only_if(live, TaskState::canceled);
    case TaskEvent::skip:
        return only_if(live, TaskState::skipped);
    case TaskEvent::give_back:
        return only_if(is_leased(state), TaskState::pending);
    case TaskEvent::pause:
        return only_if(live && state != TaskState::paused, TaskState::paused);
    case TaskEvent::resume:
        return only_if(state == TaskState::paused, TaskState::pending);
    case TaskEvent::retry:
        break;
    }
    return only_if(!live && state != TaskState::succeeded, TaskState::pending);
}

TaskState resumed(const PausedFacts& facts)
{
    if (facts.has_lease)
        return facts.has_started ? TaskState::running : TaskState::claimed;
    return facts.has_unfinished_parents ? TaskState::waiting : TaskState::pending;
}

Error not_allowed(TaskState state, TaskEvent event)
{
    return {
        Errc::conflict,
        fmt::format("'{}' is not possible: the task is {}", name(event), name(state))};
}

void count(RunCounts& counts, TaskState outcome)
{
    ++counter(counts, outcome);
    SLUICE_ASSERT(counts.final() <= counts.total);
}

void uncount(RunCounts& counts, TaskState outcome)
{
    --counter(counts, outcome);
    SLUICE_ASSERT(counter(counts, outcome) >= 0);
}

RunState run_state(const RunCounts& counts, RunEnding ending)
{
    if (counts.final() < counts.total)
        return RunState::active;
    if (ending == RunEnding::canceled)
        return RunState::canceled;
    return counts.failed > 0 || ending == RunEnding::timed_out ? RunState::failed
                                                               : RunState::succeeded;
}

} // namespace sluice
