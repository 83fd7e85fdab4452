// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/http/http_fixture.h"

#include <vector>

namespace sluice::bench {

inline double millis_between(SteadyTime begin, SteadyTime end)
{
    return std::chrono::duration<double, std::milli>(end - begin).count();
}

// Posts `size` tasks, one at a time and with a pause before each, to a target that answers at once;
// fewer when that takes more than a minute. The result is, in milliseconds, how long each took from
// its POST to the arrival of its on_start.
// Errors: unavailable, invalid (a POST was refused), timed_out (a task was not started).
Async<Result<std::vector<double>>>
measure_starts(HttpFixture& fixture, std::int64_t size, std::chrono::milliseconds pause);

} // namespace sluice::bench
