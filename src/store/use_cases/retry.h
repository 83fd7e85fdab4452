// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/use_cases/context.h"

#include <optional>
#include <span>

namespace sluice {

// What both ways of retrying have in common.

// The line of the attempt that ended the task, which lives again: `attempt` is over, though it may
// never have run. Nothing: there was none.
std::optional<AttemptRow> last_attempt(const DoneRow& done, int attempt);

// Takes the ends of tasks that live again out of the database, and of what this group tells.
void forget_ends(WriteContext& context, const RunRow& run, std::span<const TaskId> tasks);

// A run that was final is active again, for so long.
void reopen(WriteContext& context, RunRow& run, std::optional<Micros> timeout);

// RetryTasks::From::descendants
void retry_from(WriteContext& context, Operation<RetryTasks>& operation);

} // namespace sluice
