// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/schedule/schedule_ticks.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace sluice {

struct TickSpan {
    Time after;
    Time until; // included
};

// The first ticks in the span, at most `count`. The last one is the `after` of what follows.
std::vector<Time> ticks_in(const Schedule& schedule, TickSpan span, std::size_t count);

// The last tick before `before`, strictly; nothing when there is none since the year 1. Whatever
// the schedule, it asks for some hundred next ticks at most.
std::optional<Time> previous_tick(const Schedule& schedule, Time before);

} // namespace sluice
