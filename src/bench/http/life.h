// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/http/posts.h"

namespace sluice::bench {

// Tasks that are posted, started by a webhook to a target that answers at once, and ended by the
// target's report, all at the same time.
struct LifePlan {
    std::int64_t tasks = 0;
    std::int64_t batch = 100;
    std::int64_t posters = 4;
    std::int64_t reporters = 64; // connections of the target
};

struct LifeFigures {
    double seconds = 0;         // from the first POST to the answer to the last report
    std::vector<double> millis; // of reports
};

// Errors: as of post_all, and timed_out (a task has not been started).
Async<Result<LifeFigures>> live(HttpFixture& fixture, const LifePlan& plan);

} // namespace sluice::bench
