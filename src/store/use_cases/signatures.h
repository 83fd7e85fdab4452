// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/task/match_key.h"
#include "store/use_cases/context.h"

namespace sluice {

// Thrown when a group needs a signature that nobody has registered: it is run again while no other
// group is under way.
class MustRegister : public std::exception {};

// The counter of the tasks that `key` selects among those of `like` (its id is not looked at). From
// the first time on that anybody asks, all such tasks are counted. Throws MustRegister;
// StoreFailure (refused) when there would be too many.
CounterKey counter_of(WriteContext& context, const SignatureRow& like, const MatchKey& key);

} // namespace sluice
