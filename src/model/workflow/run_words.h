// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/state.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// The words in which users of workflows read about runs and tasks, and the texts of their errors.

enum class RunStatus : std::uint8_t { pending, running, paused, completed, failed, cancelled };

enum class TaskStatus : std::uint8_t {
    not_started, // waits for its dependencies
    ready,
    running,
    paused,
    completed,
    failed,
    cancelled,
    skipped,
};

constexpr bool is_final(RunStatus status)
{
    return status >= RunStatus::completed;
}

constexpr bool is_final(TaskStatus status)
{
    return status >= TaskStatus::completed;
}

std::string_view name(RunStatus status);  // "Completed"
std::string_view name(TaskStatus status); // "NotStarted"

// Whatever the case of the letters; "canceled" is understood, too.
std::optional<RunStatus> run_status(std::string_view word);

struct RunFacts {
    RunState state = RunState::active;
    bool has_started = false; // a task of it was claimed, or has ended
    bool is_held = false;     // everything in it that has not ended is paused
};
RunStatus run_status(const RunFacts& facts);
TaskStatus task_status(TaskState state);

// Why a run did not complete: "2 task(s) failed, 5 completed, 1 skipped", "the run's timeout ran
// out", "the run was cancelled: <reason>"; empty when it did, or has not ended.
struct RunEnd {
    RunState state = RunState::active;
    RunEnding ending = RunEnding::none;
    RunCounts counts = {};
    std::string_view reason = {}; // of who cancelled it
};
std::string run_error(const RunEnd& end);

// Why a task without a rule was skipped: "dependency 'extract' failed".
std::string unmet_dependency(std::string_view dependency, TaskState end);

// The error of a task that nobody could run for too long.
std::string abandoned_unknown(std::string_view workflow);

} // namespace sluice
