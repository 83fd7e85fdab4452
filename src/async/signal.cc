// SPDX-License-Identifier: Apache-2.0
#include "async/signal.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace sluice {

Signal::Signal(asio::any_io_executor executor) : executor_(std::move(executor))
{}

void Signal::notify()
{
    if (waiting_.empty())
        notified_ = true;
    for (asio::steady_timer* timer : waiting_)
        timer->cancel();
}

Async<void> Signal::wait()
{
    return wait_until(asio::steady_timer::time_point::max());
}

Async<void> Signal::wait_for(std::chrono::steady_clock::duration limit)
{
    return wait_until(std::chrono::steady_clock::now() + limit);
}

Async<void> Signal::wait_until(std::chrono::steady_clock::time_point deadline)
{
    if (notified_) {
        notified_ = false;
        co_return;
    }
    // A timer for each: with a shared one, a limit that has passed for one waiter would wake the
    // others again and again.
    asio::steady_timer timer(executor_, deadline);
    waiting_.push_back(&timer);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    std::erase(waiting_, &timer);

    // notify() and cancellation look the same to the timer; only the latter must end the caller.
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error(asio::error::operation_aborted);
}

Async<void> sleep_for(std::chrono::steady_clock::duration time)
{
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, time);
    co_await timer.async_wait(asio::use_awaitable);
}

} // namespace sluice
