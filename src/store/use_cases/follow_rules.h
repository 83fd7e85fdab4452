// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"

#include <span>

namespace sluice {

struct WriteContext;

// These tasks live again: since they ended, their stored rules may have changed, and what their
// gates count by may have been forgotten. Their runs are locked. Throws as counter_of().
void renew_gates(WriteContext& context, std::span<const TaskId> tasks);

} // namespace sluice
