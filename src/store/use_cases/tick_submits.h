// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/use_cases/context.h"

#include <optional>

namespace sluice {

// Submissions that a tick asks for: of a schedule, of one that is tried again, or of a trigger. The
// tick and its run are one transaction.

// Why it is refused; nothing: it is not, or no tick asks for it.
std::optional<Error> tick_refusal(WriteContext& context, const Submit& request);

// It is accepted, and who else in the group wants the same is refused. The tick without what
// becomes of it, to be given back by end_tick(); nothing: none asks for it.
std::optional<TickRow> begin_tick(WriteContext& context, const Submit& request);

// The tick has its run, or (none) every task of it exists already.
void end_tick(WriteContext& context, const Submit& request, TickRow tick, RunId run);

} // namespace sluice
