// SPDX-License-Identifier: Apache-2.0
#include "turns.h"

#include "gil.h"

#include <algorithm>
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
    const std::uint64_t number = next_number_++;
    waiting_.push_back({number, std::move(job)});
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

// Empty: it waits no longer.
std::optional<std::size_t> Turns::place_of(std::uint64_t number) const
{
    const auto found = std::ranges::lower_bound(waiting_, number, {}, &Waiting::number);
    if (found == waiting_.end() || found->number != number)
        return std::nullopt;
    return static_cast<std::size_t>(found - waiting_.begin());
}

Turns::Job Turns::take(std::size_t place)
{
    const auto taken = waiting_.begin() + static_cast<std::ptrdiff_t>(place);
    Job job = std::move(taken->job);
    waiting_.erase(taken);
    return job;
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

// Its own job comes first, when nobody has taken it: what waited while this thread blocks in the
// job of another one would wait for that.
void Turns::take_turn(std::unique_lock<std::mutex>& lock, std::uint64_t number)
{
    const std::uint64_t turn = ++turn_;
    is_turn_on_ = true;
    const std::optional<std::size_t> own = place_of(number);
    Job job = own ? take(*own) : nullptr;
    if (!waiting_.empty())
        changed_.notify_all(); // one of them is next
    busy_since_ = Clock::now();
    const Clock::time_point end = busy_since_ + turn_max;
    for (int jobs = 0; job || !waiting_.empty(); ++jobs) {
        if (!job && (jobs >= jobs_max || busy_since_ >= end))
            break;
        if (!job)
            job = take(0);
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
