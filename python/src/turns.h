// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>

namespace sluice::python {

// Jobs of many threads that all need the GIL. Each thread would wait for it on its own, which costs
// a hand-over for each job; so the one that gets it takes along what others have brought.
//
// One at a time has the turn: up to 16 jobs or a millisecond. One at a time is next: it waits for
// the GIL, but first for as long as the turn's present job is still short. When that one blocks or
// computes, the next one takes the turn over. The others sleep.
class Turns {
public:
    using Job = std::function<void()>; // with the GIL; throws nothing but what ends its thread

    // Returns when somebody has taken the job, which may still run on another thread. With no lock
    // held, without the GIL; may not return when the interpreter ends, and drops the job then.
    void run(Job job);

private:
    using Clock = std::chrono::steady_clock;

    bool is_taken(std::uint64_t number) const { return number < last_number_ - waiting_.size(); }
    bool becomes_next(std::unique_lock<std::mutex>& lock, std::uint64_t number);
    void take_turn(std::unique_lock<std::mutex>& lock, std::uint64_t number);

    std::mutex mutex_; // whoever holds it does not wait for the GIL
    std::condition_variable changed_;
    std::condition_variable turn_over_; // for the one who is next
    std::deque<Job> waiting_;
    std::uint64_t last_number_ = 0; // of jobs, in the order in which they came
    std::uint64_t turn_ = 0;
    bool is_turn_on_ = false;
    bool has_next_ = false;
    Clock::time_point busy_since_; // with the present job
};

// That of the process; a child of a fork has its own.
Turns& turns();
void forget_turns();

} // namespace sluice::python
