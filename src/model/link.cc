// SPDX-License-Identifier: Apache-2.0
#include "model/link.h"

#include "base/assert.h"

namespace sluice {

bool is_met(LinkCondition condition, TaskState outcome)
{
    SLUICE_ASSERT(is_final(outcome));
    switch (condition) {
    case LinkCondition::on_success:
        return outcome == TaskState::succeeded;
    case LinkCondition::on_failure:
        return outcome == TaskState::failed || outcome == TaskState::canceled;
    case LinkCondition::not_failed:
        return outcome == TaskState::succeeded || outcome == TaskState::skipped;
    case LinkCondition::always:
        break;
    }
    return true;
}

Unmet effect_of(Unmet unmet, TaskState outcome)
{
    return outcome == TaskState::skipped ? Unmet::skip : unmet;
}

Unmet stronger(Unmet a, Unmet b)
{
    return a == Unmet::fail || b == Unmet::fail ? Unmet::fail : Unmet::skip;
}

} // namespace sluice
