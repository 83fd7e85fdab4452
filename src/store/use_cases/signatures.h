// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/task/match_key.h"
#include "store/use_cases/context.h"

namespace sluice {

// Thrown when a group needs a signature that nobody has registered: it is run again while no other
// group is under way.
class MustRegister : public std::exception {};

// The counter of the tasks that `key` selects among those of `like` (its id is not looked at). From
// the first time on that anybody asks, all such tasks are counted: by settle_members(). A pattern
// stays as long as a task is in its group or waits by it, and until the end of this group. Throws
// MustRegister; StoreFailure (refused, conflict) when there would be too many.
CounterKey counter_of(WriteContext& context, const SignatureRow& like, const MatchKey& key);

// Counts the tasks that there are for what this group has registered, in one look at them for each
// signature.
void count_registered(WriteContext& context);

} // namespace sluice
