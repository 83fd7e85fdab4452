// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/state.h"

#include <cstdint>

namespace sluice {

// What a link asks of its parent's end.
enum class LinkCondition : std::uint8_t {
    on_success,
    on_failure, // failed or canceled
    always,
    not_failed, // succeeded or skipped
};

// What an unmet condition does to the child, at once, while other parents still run.
enum class Unmet : std::uint8_t { fail, skip };

bool is_met(LinkCondition condition, TaskState parent_outcome);

// What a link that is not met does to its child: where nothing has failed, as the parent was
// skipped, it skips on, whatever the link says.
Unmet effect_of(Unmet unmet, TaskState parent_outcome);

// Two unmet conditions of one child: fail beats skip.
Unmet stronger(Unmet a, Unmet b);

} // namespace sluice
