// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/http/http_fixture.h"

#include <vector>

namespace sluice::bench {

struct RequestPlan {
    std::int64_t size = 0; // requests in all
    std::int64_t clients = 1;
    int status = 200;                                      // that each is answered with
    std::chrono::seconds time_max = std::chrono::hours(1); // then no more are sent

    // The request of each turn; what it refers to outlives the run.
    std::function<std::string_view(std::int64_t turn)> request;
};

struct RequestFigures {
    double seconds = 0;
    std::vector<double> millis; // of each
};

// Sends the requests, one at a time on each connection. Errors: unavailable, invalid (an answer
// with another status).
Async<Result<RequestFigures>> send_all(HttpFixture& fixture, const RequestPlan& plan);

} // namespace sluice::bench
