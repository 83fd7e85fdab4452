// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/use_cases/ending.h"

namespace sluice {

// Ends an active run at once, whatever its tasks do: they are canceled. A staged run may be large:
// its leased tasks end now, its queues close, and the other rows are swept later in bounded pieces;
// until then they read as canceled.
// `affected` says how its tasks stood.
Affected end_run(WriteContext& context, RunRow& run, RunEnding ending, const std::string& reason);

// What the tasks of a staged run are that have no lease and are not final: so many as are left.
void add_standing(WriteContext& context, const RunRow& run, std::int64_t left, Affected& affected);

} // namespace sluice
