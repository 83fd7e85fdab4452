// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/use_cases/ending.h"

#include <string_view>
#include <vector>

namespace sluice {

// What such a task says of its end.
inline constexpr std::string_view dead_end_reason = "All child tasks already terminated";

// A live task all of whose children are final without it is a dead end: nobody waits for it any
// more. Given the tasks of batches that have ended without a start, takes the dead ends among their
// parents away; they are to be ended as what comes back says, which may make dead ends of their own
// parents, except beyond a barrier.
std::vector<Ended> take_dead_ends(WriteContext& context, const std::vector<Ended>& ended);

// Whether the end of this task may make dead ends: its parents may be live.
bool may_leave_dead_ends(WriteContext& context, const Ended& task);

} // namespace sluice
