// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace sluice {

struct OperationBase;

// What one turn of the loop asks of the writer: told to it at the end of the turn, all at once. So
// a claim shares the group of the submission or report that made it worth while, and the writer is
// woken once. Lives on the loop. A turn that lasts is not waited for.
class Burst {
public:
    using Tell = std::function<void(std::span<OperationBase* const>)>;
    using Clock = std::chrono::steady_clock;

    // A group costs more than this by itself; what is held for longer only keeps the writer idle.
    static constexpr Clock::duration hold_max = std::chrono::microseconds(250);

    Burst(asio::any_io_executor executor, Tell tell, Clock::duration hold = hold_max);
    Burst(const Burst&) = delete;
    Burst& operator=(const Burst&) = delete;

    void push(OperationBase& operation);

    // Another push comes with the next turn: what was pushed by now waits for it.
    void expect() { is_more_expected_ = is_posted_; }

    void tell_now();

private:
    void post_end();
    void end_turn();
    bool is_held_long() const { return Clock::now() - since_ >= hold_; }

    asio::any_io_executor executor_;
    Tell tell_;
    Clock::duration hold_;
    std::vector<OperationBase*> pushed_;
    Clock::time_point since_; // the first of these
    bool is_posted_ = false;  // end_turn() will be called
    bool is_more_expected_ = false;
    std::shared_ptr<const bool> exists_ = std::make_shared<bool>(true); // for turns still to come
};

} // namespace sluice
