// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/guarded.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace sluice {

// A coroutine of the loop that waits for a result from another thread. It outlives the work: it
// stands in the frame of the waiting coroutine, or it owns itself. The wait cannot be cancelled,
// but what owns itself can be given up.
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

    // Before the work begins: until its result has come, it keeps `self`, which is this.
    void own(std::shared_ptr<Parked> self) { self_ = std::move(self); }

    // Loop thread: the coroutine goes on at once, and the result will be nobody's. Only for what
    // owns itself.
    void give_up();
    bool is_given_up() const { return given_up_.load(std::memory_order_relaxed); } // any thread

    void drop(); // nobody will call resume(): what owns itself goes

private:
    using Handler = asio::async_result<asio::use_awaitable_t<>, void()>::handler_type;
    std::optional<Handler> resume_;
    std::shared_ptr<Parked> self_;
    std::atomic<bool> given_up_{false};
};

// Brings results of other threads back to the loop: one wake-up of the loop per burst, however many
// coroutines it resumes.
class Mailbox {
public:
    explicit Mailbox(asio::any_io_executor executor) : executor_(std::move(executor)) {}
    ~Mailbox(); // only results that were given up may be undelivered
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;

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
    std::shared_ptr<const bool> exists_ = std::make_shared<bool>(true); // for turns still to come
};

} // namespace sluice
