// SPDX-License-Identifier: Apache-2.0
#include "turns.h"

#include "gil.h"

#include <atomic>
#include <utility>

namespace sluice::python {

namespace {

constexpr int jobs_max = 16;
constexpr auto turn_max = std::chrono::milliseconds(1);
constexpr auto patience = std::chrono::microseconds(50); // with the present job

// Never destroyed: body threads may outlive the statics.
std::atomic<Turns*> present{new Turns};

} // namespace

Turns& turns()
{
    return *present.load(std::memory_order_acquire);
}

void forget_turns()
{
    present = new Turns;
}

void Turns::run(Job job)
{
    std::unique_lock lock(mutex_);
    const std::uint64_t number = last_number_++;
    waiting_.push_back(std::move(job));
    while (becomes_next(lock, number)) {
        lock.unlock();
        const bool is_entered = enter_gil();
        lock.lock();
        has_next_ = false;
        if (!is_entered)
            waiting_.clear(); // nobody will come for them
        else
            take_turn(lock, number);
        changed_.notify_all();
        lock.unlock();
        if (is_entered)
            leave_gil();
        lock.lock();
    }
}

// False: somebody has taken the job.
bool Turns::becomes_next(std::unique_lock<std::mutex>& lock, std::uint64_t number)
{
    changed_.wait(lock, [&] { return is_taken(number) || !has_next_; });
    if (is_taken(number))
        return false;
    has_next_ = true;
    while (!is_taken(number) && is_turn_on_ && Clock::now() < busy_since_ + patience)
        turn_over_.wait_until(lock, busy_since_ + patience);
    if (!is_taken(number))
        return true;
    has_next_ = false;
    changed_.notify_all();
    return false;
}

// It ends with its own job at the earliest, or when another one takes the turn over.
void Turns::take_turn(std::unique_lock<std::mutex>& lock, std::uint64_t number)
{
    const std::uint64_t turn = ++turn_;
    is_turn_on_ = true;
    if (!waiting_.empty())
        changed_.notify_all(); // one of them is next
    busy_since_ = Clock::now();
    const Clock::time_point end = busy_since_ + turn_max;
    for (int jobs = 0; !waiting_.empty(); ++jobs) {
        if (is_taken(number) && (jobs >= jobs_max || busy_since_ >= end))
            break;
        Job job = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        job();
        job = nullptr;
        lock.lock();
        if (turn_ != turn)
            return;
        busy_since_ = Clock::now();
    }
    is_turn_on_ = false;
    turn_over_.notify_one();
}

} // namespace sluice::python
