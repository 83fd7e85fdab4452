// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/state.h"
#include "model/workflow/task_order.h"

#include <span>

namespace sluice {

// The tasks whose outputs make the final context of a run, merged in this order (merge.h): each
// leaf; where a leaf has no output, as it failed or was skipped, the nearest ancestors on each way
// up that have one. Each task once, in topological order. None: the initial context it is.
//
// A task that succeeded has an output, even an empty one. `ends` has the end of each task, and
// `parents` are dependencies only: a task that no other depends on is a leaf, though a rule may
// name it.
TaskPlaces final_outputs(const ParentPlaces& parents, std::span<const TaskState> ends);

} // namespace sluice
