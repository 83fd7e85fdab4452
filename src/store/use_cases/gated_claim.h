// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/use_cases/context.h"

namespace sluice {

// Takes up to `limit` pending tasks with rules out of the queues that match, each of whose rules
// lets it start now, the best first. The counters are locked: what is taken may be leased in this
// group.
std::vector<Place> take_gated(WriteContext& context, const QueueFilter& filter, std::size_t limit);

} // namespace sluice
