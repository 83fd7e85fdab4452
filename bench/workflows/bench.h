// SPDX-License-Identifier: Apache-2.0
// The benchmarks of workflows in C++. Each works on the database of `url`, best a new one, and
// returns its figures; it throws when something has not become what it must.
#pragma once

#include "sluice/workflows.h"

#include <cstddef>
#include <string>
#include <vector>

namespace workflow_bench {

// 0: as the benchmark has it by default.
struct Options {
    std::string url = {};
    std::size_t size = 0;    // runs, schedules or handles
    std::size_t clients = 0; // callers at once
    std::size_t seconds = 0; // of doing nothing, or of schedules that are due every other second
    std::string run = {};    // of restart-heir
};

using Figures = std::vector<sluice::workflows::Json::Member>;

// A chain of three tasks that do nothing: one run after the other, then 32 at once.
Figures chain(const Options& options);

// Five tasks, three of them side by side: 1,000 runs, 32 at once, the median of five such rounds.
Figures parallel(const Options& options);

// A process that stands within the second task of a run, until it is killed, says which run; and
// the one that comes after it, when it has gone on.
Figures restart_victim(const Options& options);
Figures restart_heir(const Options& options);

// 100 schedules that are due every other second; 60,000 that are due in the same second.
Figures schedules(const Options& options);

// 10,000 runs that somebody waits for, while nothing happens.
Figures awaited(const Options& options);

} // namespace workflow_bench
