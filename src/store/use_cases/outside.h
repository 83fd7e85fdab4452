// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/outside_rows.h"
#include "store/use_cases/ending.h"

#include <map>
#include <span>
#include <vector>

namespace sluice {

// Links between runs (docs/decisions/0006). The end of a parent makes settlements of its links in
// its own transaction; they are applied under the lock of the child's run, in the same one where
// that is to be had, else by a duty.

// How parents of other runs stand, whose runs are locked. Of those that have not ended: nothing.
std::map<TaskId, TaskState>
ended_parents(WriteContext& context, std::span<const Submit::OutsideLink> links);

// Tasks have ended: what waits for them in other runs is to hear of it.
void tell_outside(WriteContext& context, const RunRow& run, const std::vector<Parent>& parents);

// The end of a group: applies what it has to settle, and leaves the rest to the duty.
void settle_outside(WriteContext& context);

} // namespace sluice
