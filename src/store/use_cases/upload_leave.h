// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/use_cases/context.h"

#include <span>

namespace sluice {

// An attempt that has lost its lease may still be sending what it was about to: its leave says
// until when. See docs/data-model.md, "Uploads".

// What was sent in time may arrive so much later.
constexpr Micros leave_grace = rescue_margin;

// The attempt, which holds its lease, may upload for so long from now.
void grant_leave(WriteContext& context, const RegisterOutputs& request);

// These rows are doomed now; those of attempts that may still be uploading are to be removed when
// that is over.
void wait_for_leave(WriteContext& context, std::span<OutputRow> rows);

// The attempt cannot upload any more: what waited for its leave may be removed at once.
void end_leave(WriteContext& context, RunId run, TaskId task, int attempt);

} // namespace sluice
