// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/use_cases/context.h"

#include <vector>

namespace sluice {

// Removing runs in bounded pieces, so that nobody else waits for long. A run that is being removed
// is taken out of sight first: it is as if it were loading, and its loader had died. Whoever begins
// goes on with the next piece; when its process dies, Sweep does.

// Nobody sees the run any more, and no use case that names it finds it.
void begin_removal(WriteContext& context, RunRow& run);
bool is_being_removed(const RunRow& run);

// The tasks of the run count for nothing any more.
void stop_counting(WriteContext& context, const RunRow& run);

// Removes tasks of locked runs, and takes them out of the counts of these.
void remove_tasks(WriteContext& context, const std::vector<Tables::TaskOfRun>& tasks);

struct RemovedPiece {
    std::size_t tasks = 0;
    std::vector<RunId> unfinished; // of which there is more
};
// Removes up to `limit` tasks of the locked runs, by id, and each run with its last one.
RemovedPiece remove_piece(WriteContext& context, const std::vector<RunId>& runs, std::size_t limit);

// The run itself; no task is left.
void remove_run(WriteContext& context, const RunRow& run);

} // namespace sluice
