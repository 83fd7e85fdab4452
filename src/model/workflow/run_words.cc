// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/run_words.h"

#include "base/enum_names.h"
#include "base/text.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr EnumNames<RunStatus, 6> run_words{
    {{RunStatus::pending, "Pending"},
     {RunStatus::running, "Running"},
     {RunStatus::paused, "Paused"},
     {RunStatus::completed, "Completed"},
     {RunStatus::failed, "Failed"},
     {RunStatus::cancelled, "Cancelled"}}};

constexpr EnumNames<TaskStatus, 8> task_words{
    {{TaskStatus::not_started, "NotStarted"},
     {TaskStatus::ready, "Ready"},
     {TaskStatus::running, "Running"},
     {TaskStatus::paused, "Paused"},
     {TaskStatus::completed, "Completed"},
     {TaskStatus::failed, "Failed"},
     {TaskStatus::cancelled, "Cancelled"},
     {TaskStatus::skipped, "Skipped"}}};

} // namespace

std::string_view name(RunStatus status)
{
    return run_words.name(status);
}

std::string_view name(TaskStatus status)
{
    return task_words.name(status);
}

std::optional<RunStatus> run_status(std::string_view word)
{
    const std::string lower = to_lower(word);
    for (const auto& [status, text] : run_words.entries)
        if (to_lower(text) == lower)
            return status;
    return lower == "canceled" ? std::optional(RunStatus::cancelled) : std::nullopt;
}

RunStatus run_status(const RunFacts& facts)
{
    switch (facts.state) {
    case RunState::succeeded:
        return RunStatus::completed;
    case RunState::failed:
        return RunStatus::failed;
    case RunState::canceled:
        return RunStatus::cancelled;
    case RunState::loading:
        return RunStatus::pending;
    case RunState::active:
        break;
    }
    if (facts.is_held)
        return RunStatus::paused;
    return facts.has_started ? RunStatus::running : RunStatus::pending;
}

TaskStatus task_status(TaskState state)
{
    switch (state) {
    case TaskState::waiting:
        return TaskStatus::not_started;
    case TaskState::pending:
        return TaskStatus::ready;
    case TaskState::claimed:
    case TaskState::running:
        return TaskStatus::running;
    case TaskState::paused:
        return TaskStatus::paused;
    case TaskState::succeeded:
        return TaskStatus::completed;
    case TaskState::failed:
        return TaskStatus::failed;
    case TaskState::canceled:
        return TaskStatus::cancelled;
    case TaskState::skipped:
        break;
    }
    return TaskStatus::skipped;
}

std::string run_error(const RunEnd& end)
{
    if (end.state == RunState::canceled) {
        const std::string text = "the run was cancelled";
        return end.reason.empty() ? text : fmt::format("{}: {}", text, end.reason);
    }
    if (end.state != RunState::failed)
        return {};
    if (end.ending == RunEnding::timed_out)
        return "the run's timeout ran out";
    std::string text = fmt::format(
        "{} task(s) failed, {} completed, {} skipped", end.counts.failed, end.counts.succeeded,
        end.counts.skipped
    );
    if (end.counts.canceled > 0)
        text += fmt::format(", {} cancelled", end.counts.canceled);
    return text;
}

std::string unmet_dependency(std::string_view dependency, TaskState end)
{
    const std::string_view what = end == TaskState::canceled ? "was cancelled" : "failed";
    return fmt::format("dependency '{}' {}", dependency, what);
}

std::string abandoned_unknown(std::string_view workflow)
{
    return fmt::format("ABANDONED: no process knows workflow '{}'", workflow);
}

} // namespace sluice
