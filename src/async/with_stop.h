// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/with_timeout.h"

#include <atomic>
#include <optional>

namespace sluice {

// A request that can be made at any time on the loop, and raced against. requested() may be asked
// by any thread.
class StopEvent {
public:
    explicit StopEvent(asio::any_io_executor executor)
        : timer_(executor, asio::steady_timer::time_point::max())
    {}

    void request()
    {
        requested_ = true;
        timer_.expires_at(asio::steady_timer::time_point::min());
    }

    bool requested() const { return requested_; }
    asio::steady_timer& timer() { return timer_; }

private:
    asio::steady_timer timer_; // an event: expires at the request, also for those who come later
    std::atomic<bool> requested_ = false;
};

// The operation, or nothing when `stop` was requested first: it is cancelled then and awaited.
// `stop` must outlive the call. T must be default-constructible.
template <class T>
Async<std::optional<Result<T>>> with_stop(Async<Result<T>> operation, StopEvent& stop)
{
    auto executor = co_await asio::this_coro::executor;
    auto race = asio::experimental::make_parallel_group(
        asio::co_spawn(executor, after_set_up(std::move(operation)), asio::deferred),
        stop.timer().async_wait(asio::deferred)
    );

    auto outcome =
        co_await race.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);

    auto& [order, failure, result, timer_error] = outcome;
    if (!failure)
        co_return std::move(result); // it ended by itself, however late
    if (order[0] == 1 && stop.requested())
        co_return std::nullopt;
    std::rethrow_exception(failure); // a bug, or our own caller cancelled us
}

} // namespace sluice
