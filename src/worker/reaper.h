// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"

namespace sluice {

// As the first process of a container: takes the ends of processes whose parents have died, for as
// long as it is not cancelled. Commands and their children are not concerned: keepers are no
// children of that kind (exec/keeper.h), and adopt what their commands leave.
Async<void> reap_orphans();

} // namespace sluice
