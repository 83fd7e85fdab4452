// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"

namespace sluice {

// An attempt that a worker executes. When its lease is lost, the task may have its next attempt
// already, of the same worker.
struct HeldLease {
    TaskId task;
    int attempt = 0;

    friend auto operator<=>(const HeldLease&, const HeldLease&) = default;
};

} // namespace sluice
