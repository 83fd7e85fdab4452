// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/use_cases/ending.h"

namespace sluice {

struct Parent {
    TaskId task;
    RunId run;
    TaskState outcome = TaskState::succeeded;
};

// One level of propagation: tells the children of tasks that have just become final. Children whose
// conditions all hold become pending; those with an unmet one are given back, to end in the next
// level.
std::vector<Ended> settle_children(WriteContext& context, const std::vector<Parent>& parents);

// "Required parent task <id> failed" and its like.
std::string
unmet_reason(const WriteContext& context, const RunRow& run, const Parent& parent, Unmet unmet);

} // namespace sluice
