// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/rows.h"

#include <algorithm>

namespace sluice {

// The clock of an attempt stands while its task is paused, while it waits by itself, and while both
// hold; then both say the same of what is left.

// Zero stands for no limit.
inline Micros time_left(const LeaseRow& lease, Time now)
{
    if (lease.paused_left)
        return *lease.paused_left;
    if (lease.deferred_left)
        return *lease.deferred_left;
    return lease.expires_at ? std::max(Micros{1}, *lease.expires_at - now) : Micros{0};
}

// From now on, for a lease whose reasons to stand still are as they shall be.
inline void set_time_left(LeaseRow& lease, Micros left, Time now)
{
    const bool stands = lease.paused_left || lease.deferred_left;
    if (lease.paused_left)
        lease.paused_left = left;
    if (lease.deferred_left)
        lease.deferred_left = left;
    lease.expires_at.reset();
    if (!stands && left > Micros{0})
        lease.expires_at = now + left;
}

} // namespace sluice
