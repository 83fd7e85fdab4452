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

// For bodies that were told to stop just now.
constexpr Micros last_moment = std::chrono::milliseconds(200);

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
      calls_(life_->calls())
{}

HostImpl::~HostImpl()
{
    if (calls_->forked())
        static_cast<void>(life_.release()); // the parent's
    else
        shutdown(Micros{0});
}

std::size_t HostImpl::shutdown(Micros grace)
{
    if (calls_->forked() || is_shut_.exchange(true))
        return 0;
    using Clock = std::chrono::steady_clock;
    const Clock::time_point deadline = Clock::now() + grace;
    life_->end(grace);
    const auto left = std::chrono::duration_cast<Micros>(deadline - Clock::now());
    const std::size_t running = life_->join(std::max(left, last_moment));
    if (life_->is_broken())
        leave_alone(std::move(life_));
    else
        life_.reset();
    return running;
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
