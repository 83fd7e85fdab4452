// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/inbox.h"
#include "workflows/body_threads.h"

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>

namespace sluice {

// The way of attempts to the executor's loop and to the body threads: shared with attempts whose
// bodies outlive both. Any thread.
class BodyDoor {
public:
    using Work = std::function<void()>;

    // `threads` is borrowed until shut().
    BodyDoor(asio::any_io_executor loop, BodyThreads& threads, std::size_t waiting_max)
        : inbox_(std::make_unique<Inbox>(std::move(loop))),
          threads_(&threads),
          waiting_max_(waiting_max)
    {}

    // Both are false, and the work is dropped, when it is shut. Who calls keeps what it holds, as
    // that must not go under the lock.
    bool to_loop(Work work);
    bool to_threads(Work work);

    void shut(); // on the loop

    // Those without a slot. False: there are too many already.
    bool begin_waiting();
    void end_waiting() { --waiting_; }
    std::size_t waiting() const { return waiting_; }

    // Those whose bodies run on though nobody waits for them any more.
    void leave_behind() { ++left_; }
    void is_back() { --left_; }
    std::size_t left() const { return left_; }

private:
    std::mutex mutex_;
    std::unique_ptr<Inbox> inbox_;
    BodyThreads* threads_;
    const std::size_t waiting_max_;
    std::atomic<std::size_t> waiting_ = 0;
    std::atomic<std::size_t> left_ = 0;
};

} // namespace sluice
