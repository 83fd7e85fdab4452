// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tasks/task_history.h"

#include <vector>

namespace sluice {

// Follows a task through its history, in order, and adds the states that it has reached by what
// users did: their rows do not say them. Parents in other batches are not known any more once they
// have ended, so such a task may be told to have been pending from the beginning.
void fill_in_states(const TaskHistory& history, std::vector<TimelineEntry>& entries);

} // namespace sluice
