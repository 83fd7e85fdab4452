// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/use_cases/ending.h"

#include <map>
#include <vector>

namespace sluice {

// What the ends of parents mean for their children.
struct Verdict {
    int finished = 0; // so many parents have ended
    std::optional<Unmet> unmet;
    Parent unmet_by; // whose end does not meet the strongest condition
};
using Verdicts = std::map<TaskId, Verdict>;

void add_verdict(Verdicts& verdicts, const LinkRow& link, const Parent& parent);

// Tells the children. Those whose conditions all hold become pending; those with an unmet one are
// given back, to end in the next level. Their runs are locked.
std::vector<Ended> settle(WriteContext& context, const Verdicts& verdicts);

// One level of propagation: the same for the children, in their own run, of tasks that have just
// become final.
std::vector<Ended> settle_children(WriteContext& context, const std::vector<Parent>& parents);

} // namespace sluice
