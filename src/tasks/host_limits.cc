// SPDX-License-Identifier: Apache-2.0
#include "tasks/host_limits.h"

#include <utility>

namespace sluice {

HostLimits::HostLimits(asio::any_io_executor executor, std::size_t in_flight_max)
    : executor_(std::move(executor)), in_flight_max_(in_flight_max)
{}

HostLimits::Place::Place(HostLimits& limits, std::string target)
    : limits_(&limits), target_(std::move(target))
{}

HostLimits::Place::Place(Place&& other) noexcept
    : limits_(std::exchange(other.limits_, nullptr)), target_(std::move(other.target_))
{}

HostLimits::Place::~Place()
{
    if (limits_)
        limits_->leave(target_);
}

// Stands in line for as long as it lives. A place that it was given and has not taken goes on to
// the next when it dies: a cancelled coroutine may have been given one in the same turn.
class HostLimits::Waiter {
public:
    Waiter(HostLimits& limits, const std::string& target)
        : limits_(limits), target_(target), called_(limits.executor_)
    {
        limits_.hosts_[target_].waiting.push_back(this);
    }

    ~Waiter()
    {
        if (has_place_)
            limits_.leave(target_);
        else if (const auto host = limits_.hosts_.find(target_); host != limits_.hosts_.end())
            std::erase(host->second.waiting, this);
    }

    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    void give()
    {
        has_place_ = true;
        called_.notify();
    }

    Async<void> wait() { return called_.wait(); }
    bool has_place() const { return has_place_; }

    Place take()
    {
        has_place_ = false;
        return Place(limits_, target_);
    }

private:
    HostLimits& limits_;
    const std::string& target_;
    Signal called_;
    bool has_place_ = false;
};

Async<HostLimits::Place> HostLimits::enter(const std::string& target)
{
    if (has_room(target)) {
        ++hosts_[target].in_flight;
        co_return Place(*this, target);
    }
    Waiter waiter(*this, target);
    while (!waiter.has_place())
        co_await waiter.wait();
    co_return waiter.take();
}

// The place of one who goes is that of the first in line.
void HostLimits::leave(const std::string& target)
{
    const auto host = hosts_.find(target);
    std::deque<Waiter*>& waiting = host->second.waiting;
    if (!waiting.empty()) {
        Waiter* const first = waiting.front();
        waiting.pop_front();
        first->give();
    } else if (--host->second.in_flight == 0) {
        hosts_.erase(host);
    }
}

bool HostLimits::has_room(const std::string& target) const
{
    return in_flight(target) < in_flight_max_;
}

std::size_t HostLimits::in_flight(const std::string& target) const
{
    const auto host = hosts_.find(target);
    return host == hosts_.end() ? 0 : host->second.in_flight;
}

std::size_t HostLimits::waiting(const std::string& target) const
{
    const auto host = hosts_.find(target);
    return host == hosts_.end() ? 0 : host->second.waiting.size();
}

} // namespace sluice
