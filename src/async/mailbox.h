// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/guarded.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
#include <span>
#include <vector>

namespace sluice {

// A coroutine of the loop that waits for a result from another thread. It stands in the frame of
// the waiting coroutine and so outlives the work; the wait cannot be cancelled.
class Parked {
public:
    Parked() = default;
    Parked(const Parked&) = delete;
    Parked& operator=(const Parked&) = delete;

    // Calls `start`, which hands `this` to the other thread, and returns after Mailbox has resumed
    // us.
    template <class Start>
    Async<void> park(Start start)
    {
        return asio::async_initiate<const asio::use_awaitable_t<>, void()>(
            [this, start = std::move(start)](auto handler) {
                resume_.emplace(std::move(handler));
                start();
            },
            asio::use_awaitable
        );
    }

    void resume();

private:
    using Handler = asio::async_result<asio::use_awaitable_t<>, void()>::handler_type;
    std::optional<Handler> resume_;
};

// Brings results of other threads back to the loop: one wake-up of the loop per burst, however many
// coroutines it resumes.
class Mailbox {
public:
    explicit Mailbox(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    // Loop thread: a delivery will follow; the loop stays alive until it has come.
    void expect();

    // Any thread: resumes each of `parked` on the loop, in order. The last expected one may
    // destroy this object when it goes on.
    void deliver(std::span<Parked* const> parked);

private:
    void drain();

    asio::any_io_executor executor_;
    Guarded<std::vector<Parked*>> arrived_;
    std::vector<Parked*> draining_;
    std::size_t expected_ = 0;
    std::optional<asio::executor_work_guard<asio::any_io_executor>> alive_;
};

} // namespace sluice
