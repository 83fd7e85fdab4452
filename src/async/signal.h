// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <vector>

namespace sluice {

// Wakes one or more waiting coroutines of the loop. A notification that comes while nobody waits is
// remembered for the next wait, so "check, then wait" never sleeps past a change.
class Signal {
public:
    explicit Signal(asio::any_io_executor executor);

    void notify();

    // Returns after notify(), at once if one is remembered.
    Async<void> wait();

    // The same, or when `limit` has passed.
    Async<void> wait_for(std::chrono::steady_clock::duration limit);

private:
    Async<void> wait_until(std::chrono::steady_clock::time_point deadline);

    asio::any_io_executor executor_;
    std::vector<asio::steady_timer*> waiting_; // each stands in the frame of its coroutine
    bool notified_ = false;
};

// Sleeps on the loop; cancellation throws `operation_aborted`.
Async<void> sleep_for(std::chrono::steady_clock::duration time);

} // namespace sluice
