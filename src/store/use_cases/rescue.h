// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/use_cases/context.h"

#include <string>
#include <vector>

namespace sluice {

// The worker that held these leases, which were taken and whose runs are locked, has died: their
// tasks wait again, or end after the last rescue that they have. `cause` is what else is known of
// it; empty: nothing.
void rescue_leases(
    WriteContext& context, const std::vector<LeaseRow>& leases, const std::string& cause
);

} // namespace sluice
