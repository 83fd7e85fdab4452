// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/http/posts.h"

namespace sluice::bench {

// What lists look for among many tasks that wait: `tasks` of them have names with their numbers, of
// seven digits, and customers in their metadata, from 0 to 9,999.
struct ListedTasks {
    std::int64_t tasks = 0;
    double seconds = 0; // that it took to post them
    std::string batch;  // of 100 tasks, posted when half of all were there
    std::string graph;  // a batch of 10,000 tasks, each with two parents
};

// Besides, 1,000 tasks run. Errors: as of post_all.
Async<Result<ListedTasks>> post_listed_tasks(HttpFixture& fixture, std::int64_t tasks);

} // namespace sluice::bench
