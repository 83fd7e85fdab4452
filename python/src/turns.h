// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

namespace sluice::python {

// Jobs of many threads that all need the GIL. Each thread would wait for it on its own, which costs
// a hand-over for each job; so the one that gets it takes along what others have brought.
//
// One at a time has the turn: its own job and then those of others, up to 16 or a millisecond. One
// at a time is next: it waits for the GIL, but first for as long as the turn's present job is still
// short. When that one blocks or computes, the next one takes the turn over. The others sleep.
//
// Who runs a job of somebody else has none of its own that waits: each job that waits has a thread
// here that can still take it, however many jobs block.
class Turns {
public:
    using Job = std::function<void()>; // with the GIL; throws nothing but what ends its thread

    // Returns when somebody has taken the job, which may still run on another thread. With no lock
    // held, without the GIL; may not return when the interpreter ends, and drops the job then.
    void run(Job job);

private:
    using Clock = std::chrono::steady_clock;

    struct Waiting {
        std::uint64_t number;
        Job job;
    };

    bool is_taken(std::uint64_t number) const { return !place_of(number); }
    std::optional<std::size_t> place_of(std::uint64_t number) const;
    Job take(std::size_t place);
    bool becomes_next(std::unique_lock<std::mutex>& lock, std::uint64_t number);
    void take_turn(std::unique_lock<std::mutex>& lock, std::uint64_t number);

    std::mutex mutex_; // whoever holds it does not wait for the GIL
    std::condition_variable changed_;
    std::condition_variable turn_over_; // for the one who is next
    std::deque<Waiting> waiting_;       // by their numbers
    std::uint64_t next_number_ = 0;     // of jobs, in the order in which they come
    std::uint64_t turn_ = 0;
    bool is_turn_on_ = false;
    bool has_next_ = false;
    Clock::time_point busy_since_; // with the present job
};

// That of the process; a child of a fork has its own.
Turns& turns();
void forget_turns();

} // namespace sluice::python
