// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/use_cases/gate_check.h"

namespace sluice {

// The candidate may displace others: under each of its closed gates the least important task that
// allows it goes back to where it waits, and its target learns that it can stop. `check` is told.
// False: nothing was displaced.
bool displace_for(WriteContext& context, const Candidate& candidate, GateCheck& check);

} // namespace sluice
