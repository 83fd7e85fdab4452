// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/http/http_fixture.h"
#include "bench/http/task_text.h"

#include <vector>

namespace sluice::bench {

enum class Gate : std::uint8_t {
    open,
    closed, // ask again soon
    over,   // there is no point in going on
};

struct PostPlan {
    std::int64_t tasks = 0;
    std::int64_t batch = 100;
    std::int64_t clients = 4;
    std::function<std::string(std::int64_t first, std::int64_t count)> request;

    // Asked before each batch, with how many tasks have been posted.
    std::function<Gate(std::int64_t posted)> gate = [](std::int64_t) { return Gate::open; };
};

struct PostFigures {
    double seconds = 0;
    std::vector<double> millis; // of the accepted ones
    std::int64_t refusals = 0;  // a server with too much to do says "later"
};

// Posts one batch until it is accepted, as often and as late as the server says. Errors:
// unavailable, invalid (any other answer).
Async<Result<void>> post(Client& client, std::string_view request, PostFigures& figures);

// Posts all tasks of the plan. Errors: as above.
Async<Result<PostFigures>> post_all(HttpFixture& fixture, const PostPlan& plan);

// Tasks that do not start while anything is measured, as quickly as the server takes them, in
// batches of 5,000. Errors: as above.
Async<Result<PostFigures>> load(HttpFixture& fixture, std::int64_t tasks, const MakeTask& make);

} // namespace sluice::bench
