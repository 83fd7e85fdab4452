// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"

#include <span>

namespace sluice {

struct WriteContext;

// These tasks live again: their stored rules may have changed since they ended. Their runs are
// locked.
void follow_stored_rules(WriteContext& context, std::span<const TaskId> tasks);

} // namespace sluice
