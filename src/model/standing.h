// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/state.h"

#include <optional>

namespace sluice {

// Where the rows of one task stand (docs/data-model.md), as far as its state depends on it.
struct Standing {
    std::optional<TaskState> outcome = std::nullopt; // it has ended
    bool run_is_final = false;
    bool has_lease = false;
    bool has_started = false; // the leased attempt
    bool has_paused_lease = false;
    bool is_held = false;
    bool has_unfinished_parents = false;
};

// The state that a task is shown in. What still lives in a run that is final waits for its sweep
// and is canceled already.
TaskState standing_state(const Standing& standing);

} // namespace sluice
