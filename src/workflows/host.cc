// SPDX-License-Identifier: Apache-2.0
// The life of a Host as the program sees it. Its calls: host_calls.cc; its loop: host_life.cc.
#include "workflows/host.h"

#include "workflows/host_impl.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>
#include <vector>

namespace sluice {

namespace {

constexpr Micros grace_max = std::chrono::hours(24 * 365);

// Destroys nothing: its threads are not there, or stand still in the middle of something.
void leave_alone(std::unique_ptr<HostLife> life)
{
    static std::mutex mutex;
    static auto* const lives = new std::vector<HostLife*>; // never destroyed, either
    const std::lock_guard lock(mutex);
    lives->push_back(life.release());
}

} // namespace

Host::~Host() = default;

CallResult<std::shared_ptr<Host>> Host::open(HostOptions options)
{
    if (std::optional<CallError> problem = problem_of(options))
        return *std::move(problem);
    const auto host = std::make_shared<HostImpl>(std::move(options));
    if (std::optional<CallError> error = host->start())
        return *std::move(error);
    return std::shared_ptr<Host>(host);
}

HostImpl::HostImpl(HostOptions options)
    : options_(std::move(options)),
      life_(std::make_unique<HostLife>(HostLife::Needs{options_, registry_, meter_})),
      on_loop_(life_.get()),
      calls_(life_->calls()),
      threads_(life_->threads())
{}

HostImpl::~HostImpl()
{
    if (!calls_->forked()) {
        shutdown(Micros{0});
        return;
    }
    static_cast<void>(life_.release()); // the parent's, as these
    static_cast<void>(new std::shared_ptr<BodyThreads>(std::move(threads_)));
}

std::size_t HostImpl::shutdown(Micros grace)
{
    if (calls_->forked())
        return 0;
    const Clock::time_point deadline = Clock::now() + std::clamp(grace, Micros{0}, grace_max);
    if (!is_shut_.exchange(true))
        return end(deadline);
    hurry(deadline);
    ended_->wait();
    return threads_->close(Clock::duration::zero());
}

std::size_t HostImpl::end(Clock::time_point deadline)
{
    life_->end(deadline);
    const std::size_t running = life_->join();
    registry_.clear(); // the program lets go of its functions at its end
    std::unique_ptr<HostLife> life;
    {
        const std::lock_guard lock(life_mutex_);
        life = std::move(life_);
    }
    if (life->is_broken())
        leave_alone(std::move(life));
    else
        life.reset();
    ended_->answer(true);
    return running;
}

// Another thread ends it, and may have been given more time.
void HostImpl::hurry(Clock::time_point deadline)
{
    {
        const std::lock_guard lock(life_mutex_);
        if (life_)
            life_->hurry(deadline);
    }
    const auto left = deadline + HostLife::last_words - Clock::now();
    if (ended_->wait_for(std::max(std::chrono::ceil<Micros>(left), Micros{0})))
        return;
    const std::lock_guard lock(life_mutex_);
    if (life_)
        life_->break_off();
}

SlotBack::SlotBack() : attempt_(BodyAttempt::current())
{
    if (attempt_)
        attempt_->give_slot_back();
}

SlotBack::~SlotBack()
{
    if (attempt_)
        static_cast<void>(attempt_->take_slot());
}

bool SlotBack::is_stopped() const
{
    return attempt_ && attempt_->is_stopped();
}

} // namespace sluice
