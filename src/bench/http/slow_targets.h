// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/http/http_fixture.h"

#include <deque>

namespace sluice::bench {

// 200 targets that take 10 s for each answer, with as many tasks as ever: whoever has answered gets
// another one.
class SlowTargets {
public:
    explicit SlowTargets(HttpFixture& fixture) : fixture_(fixture) {}

    // Errors: unavailable.
    Result<void> listen();

    // Posts so many tasks, spread evenly, and others as those are answered, until stop(). Errors:
    // unavailable, invalid.
    Async<Result<void>> keep_busy(std::int64_t tasks);
    void stop() { stopped_ = true; }

    // Until so many starts are there. Errors: timed_out (after a minute).
    Async<Result<void>> wait_for(std::int64_t starts) const;

private:
    struct Answer {
        std::uint16_t port;
        SteadyTime due;
    };

    void add(const TargetCall& call);
    std::vector<std::uint16_t> take_answered();

    HttpFixture& fixture_;
    std::vector<std::uint16_t> ports_;
    std::deque<Answer> answers_; // to come, in their order
    std::int64_t seen_ = 0;
    bool stopped_ = false;
};

} // namespace sluice::bench
