// SPDX-License-Identifier: Apache-2.0
#include "model/standing.h"

namespace sluice {

TaskState standing_state(const Standing& standing)
{
    if (standing.outcome)
        return *standing.outcome;
    if (standing.run_is_final)
        return TaskState::canceled;
    if (standing.has_paused_lease || standing.is_held)
        return TaskState::paused;
    return resumed(
        {.has_lease = standing.has_lease,
         .has_started = standing.has_started,
         .has_unfinished_parents = standing.has_unfinished_parents}
    );
}

} // namespace sluice
