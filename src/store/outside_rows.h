// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/rows.h"

namespace sluice {

// A link to a parent in another run that has not ended yet (docs/decisions/0006).
struct OutsideLink {
    LinkRow link;
    RunId run; // of the child
};

// Such a parent has ended.
struct Settlement {
    LinkRow link;
    RunId run; // of the child
    TaskState outcome = TaskState::succeeded;
    Time parent_created_at; // of its run
};

} // namespace sluice
