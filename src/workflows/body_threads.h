// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace sluice {

// The threads on which bodies run: started when all that there are have something to do, at most
// `max`; one takes the next work before it sleeps, so that the loop wakes one only when all sleep.
// What is posted beyond runs when a thread is free. Any thread may post. What a work throws is
// swallowed.
class BodyThreads {
public:
    using Work = std::function<void()>;
    using Clock = std::chrono::steady_clock;

    explicit BodyThreads(std::size_t max);
    ~BodyThreads(); // as close(0)
    BodyThreads(const BodyThreads&) = delete;
    BodyThreads& operator=(const BodyThreads&) = delete;

    // False: closed.
    bool post(Work work);

    std::size_t busy() const;

    // Takes nothing more, and waits until what was posted has run and all threads have ended, at
    // most for `grace`. Those that still work are left to themselves: they hold what they need. How
    // many. What has not begun by then is dropped. Again: the same for those that were left.
    std::size_t close(Clock::duration grace, Clock::duration least = Clock::duration::zero());

    // close(), which another thread calls, waits until then only, but for its `least`.
    void hurry(Clock::time_point until);

private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

} // namespace sluice
