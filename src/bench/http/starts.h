// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/http/targets.h"

#include <deque>
#include <string>

namespace sluice::bench {

struct Start {
    std::string task; // its id
    SteadyTime at;
};

// The starts that a target has seen, for those who wait for them. Lives on the loop; outlives the
// target's calls.
class Starts {
public:
    explicit Starts(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    // What a target calls.
    Targets::OnCall on_call();

    // The next one, in the order in which they came. Errors: timed_out (none for a minute: the
    // server has lost one), unavailable (closed).
    Async<Result<Start>> next();

    // The same `count` times.
    Async<Result<std::vector<Start>>> next(std::int64_t count);

    void close(); // who waits gets nothing more
    bool is_closed() const { return closed_; }

    std::int64_t seen() const { return seen_; } // in all
    std::size_t waiting() const { return starts_.size(); }

private:
    void add(const TargetCall& call);

    asio::any_io_executor executor_;
    std::deque<Start> starts_;
    std::deque<Signal*> waiters_; // each stands in the frame of its coroutine
    std::int64_t seen_ = 0;
    bool closed_ = false;
};

} // namespace sluice::bench
