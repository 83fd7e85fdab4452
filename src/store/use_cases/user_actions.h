// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/use_cases/context.h"

#include <optional>

namespace sluice {

// What lines of the audit about a run or its tasks are about, as EventRow::object.
std::string object_of(const RunRow& run);

// The audit line of a user's action.
void record(WriteContext& context, const Target& target, std::string_view kind);

// The tasks of the target that belong to its run, by id. (An empty list would mean the whole run:
// refusal() comes first.)
std::vector<TaskId> own_tasks(WriteContext& context, const Target& target);

// For one task named by itself: the conflict that its state makes of `event`, or not_found.
// Nothing: go on. Targets of several tasks or a whole run leave alone what does not fit, unless
// none of the tasks is in the run.
std::optional<Error> refusal(WriteContext& context, const Target& target, TaskEvent event);

} // namespace sluice
