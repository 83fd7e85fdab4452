// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/signal.h"

#include <cstddef>
#include <list>

namespace sluice {

// How many attempts may be under way at once. Those that have waited for something come back in
// their order, but leave the last places to those that are claimed anew: a crowd that comes back
// holds up nobody. Lives on the loop.
class Places {
public:
    Places(asio::any_io_executor executor, std::size_t capacity);

    std::size_t taken() const { return taken_; }
    std::size_t free() const { return taken_ < capacity_ ? capacity_ - taken_ : 0; }
    bool is_line_empty() const { return line_.empty(); }

    // Claims for so many are under way; what they have brought was taken.
    void claiming(std::size_t count);

    void take() { ++taken_; }
    void leave();

    // Returns once there is a place; `has_place` says at once that it was given. Cancellation
    // leaves the line.
    Async<void> enter(bool& has_place);

private:
    struct Waiter {
        bool& has_place;
        Signal called;
    };
    using Line = std::list<Waiter*>; // each stands in the frame of its coroutine
    class Standing;

    bool has_room() const { return taken_ + claiming_ + kept_ < capacity_; }
    void call_next();

    asio::any_io_executor executor_;
    std::size_t capacity_;
    std::size_t kept_; // for those that are claimed
    std::size_t taken_ = 0;
    std::size_t claiming_ = 0;
    Line line_;
};

} // namespace sluice
