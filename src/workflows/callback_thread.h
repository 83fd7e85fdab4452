// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace sluice {

// Calls functions of the program that belong to no body, one after the other, on one thread that is
// started at the first of them. Any thread may post.
class CallbackThread {
public:
    using Work = std::function<void()>;
    using Clock = std::chrono::steady_clock;

    CallbackThread();
    ~CallbackThread(); // as close()
    CallbackThread(const CallbackThread&) = delete;
    CallbackThread& operator=(const CallbackThread&) = delete;

    // What it throws is swallowed. False: closed, or (of a line of the log) too many wait.
    bool post(Work work);
    bool post_line(Work work); // at most `lines_max` wait; more are dropped

    // Takes nothing more, runs what was posted, and ends. From the thread itself: after the present
    // work, which may end this object.
    void close();

    // The same, but waits no longer than `grace`: then the thread is left to its present work,
    // which holds what it needs, and what has not begun is dropped.
    void close(Clock::duration grace, Clock::duration least = Clock::duration::zero());

    // close(), which another thread calls, waits until then only, but for its `least`.
    void hurry(Clock::time_point until);

    static constexpr std::size_t lines_max = 1000;

private:
    struct Shared;
    std::shared_ptr<Shared> shared_; // with the thread
};

} // namespace sluice
