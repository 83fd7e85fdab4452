// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/use_cases/context.h"

#include <vector>

namespace sluice {

// Locks the runs of leases that were found to be overdue, and takes those that are still as they
// were read.
std::vector<LeaseRow> take_overdue(WriteContext& context, const std::vector<LeaseRow>& candidates);

// Another process has moved all leases by a jump of the clock that this one has not followed yet:
// nothing may be judged by the old time.
bool clock_is_behind(WriteContext& context);

} // namespace sluice
