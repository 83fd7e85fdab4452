// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice {

// The one state machine of a task (docs/architecture.md). Each surface spells these at its edge.
//
//   waiting ──parents_done──> pending ──claim──> claimed ──start──> running ──succeed|fail──> final
//      any live state ──cancel|skip──> final        claimed, running ──give_back──> pending
//      any live state ──pause──> paused ──resume──> the state before
//      final, but succeeded ──retry──> pending or waiting, as a new attempt
enum class TaskState : std::uint8_t {
    waiting,   // some parent is not finished
    pending,   // may be claimed once run_at has come
    claimed,   // leased; the executor is being started
    running,   // the executor has started
    paused,    // resume brings back the state before
    succeeded, // final, as all that follow
    failed,
    canceled,
    skipped, // its link condition or rule said no
};

enum class TaskEvent : std::uint8_t {
    parents_done, // every parent is final and every condition holds
    claim,
    start,
    succeed,
    fail, // for good; a failed attempt with tries left is give_back
    cancel,
    skip,
    give_back, // rescue, retry, hand-back of a worker that stops
    pause,
    resume, // the state after it depends on what the task was before: see `resumed`
    retry,  // by a user, of a final task
};

inline constexpr std::array all_task_states{
    TaskState::waiting, TaskState::pending,  TaskState::claimed,
    TaskState::running, TaskState::paused,   TaskState::succeeded,
    TaskState::failed,  TaskState::canceled, TaskState::skipped};

std::string_view name(TaskState state);
std::optional<TaskState> task_state(std::string_view name);
std::string_view name(TaskEvent event);

bool is_final(TaskState state);
bool is_leased(TaskState state);

// The state after `event`; nothing when the event is not allowed in `state`. A paused task with a
// lease keeps the lease, so it still accepts the end of what already runs.
std::optional<TaskState> after(TaskState state, TaskEvent event);

// What a paused task becomes: facts are where its rows stand.
struct PausedFacts {
    bool has_lease = false;
    bool has_started = false;
    bool has_unfinished_parents = false;
};
TaskState resumed(const PausedFacts& facts);

// The conflict that a user is told about: "a 'failed' task cannot be paused".
Error not_allowed(TaskState state, TaskEvent event);

// How an attempt ended that did not end its task.
enum class AttemptEnd : std::uint8_t {
    failed,
    timed_out,
    rescued,  // its process died
    returned, // its worker stopped and handed it back; or it ended well, and is to run again
};

std::string_view name(AttemptEnd end);

enum class RunState : std::uint8_t {
    loading, // being staged, invisible
    active,
    succeeded, // final, as all that follow
    failed,
    canceled,
};

std::string_view name(RunState state);
bool is_final(RunState state);

// How many tasks of a run have ended in which way.
struct RunCounts {
    std::int64_t total = 0;
    std::int64_t succeeded = 0;
    std::int64_t failed = 0;
    std::int64_t canceled = 0;
    std::int64_t skipped = 0;

    std::int64_t final() const { return succeeded + failed + canceled + skipped; }
    friend bool operator==(const RunCounts&, const RunCounts&) = default;
};

// One more task of the run has ended in `outcome`.
void count(RunCounts& counts, TaskState outcome);

// One task of the run that had ended in `outcome` lives again.
void uncount(RunCounts& counts, TaskState outcome);

// Why a run is ended before all its tasks are.
enum class RunEnding : std::uint8_t { none, canceled, timed_out };

// The state of a run: active until every task is final; canceled if it was canceled, else failed if
// a task failed or its time ran out, else succeeded.
RunState run_state(const RunCounts& counts, RunEnding ending);

} // namespace sluice
