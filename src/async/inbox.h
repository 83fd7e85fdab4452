// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/guarded.h"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace sluice {

// Brings work of other threads to the loop, as Mailbox brings results: one wake-up of the loop per
// burst, however many threads it comes from. Made and destroyed on the loop's thread, or while the
// loop does not run; it does not keep the loop alive.
class Inbox {
public:
    using Work = std::function<void()>;

    explicit Inbox(asio::any_io_executor executor) : executor_(std::move(executor)) {}
    Inbox(const Inbox&) = delete;
    Inbox& operator=(const Inbox&) = delete;

    // Any thread: runs `work` on the loop, in order. False when it is closed: the work is dropped.
    // What `work` throws comes out of the loop, and the rest of its burst is not run.
    [[nodiscard]] bool post(Work work);

    // Any thread: takes no more. What it has taken is still run.
    void close();

private:
    struct Arrived {
        std::vector<Work> works;
        bool is_closed = false;
    };

    void drain();

    asio::any_io_executor executor_;
    Guarded<Arrived> arrived_;
    std::vector<Work> draining_;
    std::shared_ptr<const bool> exists_ = std::make_shared<bool>(true); // for turns still to come
};

} // namespace sluice
