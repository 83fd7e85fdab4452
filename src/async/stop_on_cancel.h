// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/with_stop.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/system/system_error.hpp>

namespace sluice {

namespace detail {

template <class T>
Async<Result<T>> without_cancellation(Async<Result<T>> work)
{
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    Async<Result<T>> later = after_set_up(std::move(work));
    Result<T> result = co_await std::move(later);
    co_return result;
}

// Requests `stop` when `timer` has expired or this is cancelled.
inline Async<void> pass_on(asio::steady_timer& timer, StopEvent& stop)
{
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await asio::post(executor, asio::use_awaitable);
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() == asio::cancellation_type::none)
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    stop.request();
}

} // namespace detail

// For work that must tidy up after itself, which a cancelled coroutine cannot do. The work sees no
// cancellation; when the caller is cancelled, or `outer` (may be null) is requested, `stop` is
// requested instead, and the work ends by itself soon after, is awaited, and its result given back.
// A caller that was cancelled then gets `operation_aborted`. `stop` and `outer` outlive the call;
// at its end `stop` is requested in any case. T must be default-constructible.
template <class T>
Async<Result<T>> stop_on_cancel(Async<Result<T>> work, StopEvent& stop, StopEvent* outer)
{
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    StopEvent never(executor);
    asio::steady_timer& timer = outer ? outer->timer() : never.timer();
    auto pair = asio::experimental::make_parallel_group(
        asio::co_spawn(executor, detail::without_cancellation(std::move(work)), asio::deferred),
        asio::co_spawn(executor, detail::pass_on(timer, stop), asio::deferred)
    );

    auto outcome =
        co_await pair.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);

    auto& [order, failure, result, pass_failure] = outcome;
    if (failure)
        std::rethrow_exception(failure);
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error(asio::error::operation_aborted);
    co_return std::move(result);
}

} // namespace sluice
