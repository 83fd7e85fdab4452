// SPDX-License-Identifier: Apache-2.0
#include "engine/places.h"

#include <algorithm>
#include <utility>

namespace sluice {

Places::Places(asio::any_io_executor executor, std::size_t capacity)
    : executor_(std::move(executor)),
      capacity_(capacity),
      kept_(capacity < 2 ? 0 : std::max<std::size_t>(1, capacity / 8))
{}

// In line until it has a place, or is cancelled.
class Places::Standing {
public:
    Standing(Line& line, Waiter& waiter)
        : line_(line), waiter_(waiter), at_(line.insert(line.end(), &waiter))
    {}
    ~Standing()
    {
        if (!waiter_.has_place)
            line_.erase(at_);
    }
    Standing(const Standing&) = delete;
    Standing& operator=(const Standing&) = delete;

private:
    Line& line_;
    Waiter& waiter_;
    Line::iterator at_;
};

Async<void> Places::enter(bool& has_place)
{
    if (line_.empty() && has_room()) {
        take();
        has_place = true;
        co_return;
    }
    Waiter waiter{has_place, Signal(executor_)};
    const Standing standing(line_, waiter);
    while (!has_place)
        co_await waiter.called.wait();
}

void Places::claiming(std::size_t count)
{
    claiming_ = count;
    call_next();
}

void Places::leave()
{
    --taken_;
    call_next();
}

void Places::call_next()
{
    while (!line_.empty() && has_room()) {
        Waiter& first = *line_.front();
        line_.pop_front();
        take();
        first.has_place = true;
        first.called.notify();
    }
}

} // namespace sluice
