// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/execution_reads.h"

#include <functional>

namespace sluice {

// How a page of runs of workflows is found, in either dialect: they are looked at one after the
// other, newest first, for there is no index by workflow or state.

struct SeenExecution {
    RunId run;
    bool fits = false; // it is what the filter asks for
};

// Up to `limit` older than `before`, newest first; fewer: there are no more.
using LookAtExecutions = std::function<std::vector<SeenExecution>(RunId before, std::size_t limit)>;

struct FoundExecutions {
    std::vector<RunId> runs;
    RunId go_on_before; // as in the page
};

FoundExecutions
search_executions(const ExecutionReads::Filter& filter, const LookAtExecutions& look);

} // namespace sluice
