// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sluice {

struct WriteContext;

// The end of a group: what it has done to the tasks of the service goes into its tally and into the
// feed of changes (docs/decisions/0006).
void publish_moves(WriteContext& context);

} // namespace sluice
