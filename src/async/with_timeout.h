// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/after_set_up.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <exception>

namespace sluice {

// The only timeout in the code base. The operation is cancelled and awaited when `limit` has
// passed. T must be default-constructible. Errors: timed_out, and those of the operation.
template <class T>
Async<Result<T>> with_timeout(Async<Result<T>> operation, std::chrono::milliseconds limit)
{
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, limit);
    auto race = asio::experimental::make_parallel_group(
        asio::co_spawn(executor, after_set_up(std::move(operation)), asio::deferred),
        timer.async_wait(asio::deferred)
    );

    auto outcome =
        co_await race.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);

    auto& [order, failure, result, timer_error] = outcome;
    if (!failure)
        co_return std::move(result); // a late success is still a success
    if (order[0] == 1 && !timer_error)
        co_return Error{Errc::timed_out, "no answer within the limit"};
    std::rethrow_exception(failure); // a bug, or our own caller cancelled us
}

} // namespace sluice
