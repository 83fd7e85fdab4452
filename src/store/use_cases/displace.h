// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/use_cases/gate_check.h"

namespace sluice {

// The candidate may displace others: under each of its closed gates the least important tasks that
// allow it go back to where they wait, and their targets learn that they can stop. `check` is told.
// The reply: null, or a gate that would stay closed all the same, and nothing was displaced.
const Gate* displace_for(WriteContext& context, const Candidate& candidate, GateCheck& check);

} // namespace sluice
