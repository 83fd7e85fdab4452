// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/after_set_up.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>

#include <exception>

namespace sluice {

// Runs the operation to its end, and a companion beside it for as long: that is cancelled then and
// awaited. The companion goes on until it is cancelled; when it throws instead, the operation is
// cancelled, and that is thrown.
template <class T>
Async<Result<T>> alongside(Async<Result<T>> operation, Async<Result<void>> companion)
{
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    auto race = asio::experimental::make_parallel_group(
        asio::co_spawn(executor, after_set_up(std::move(operation)), asio::deferred),
        asio::co_spawn(executor, after_set_up(std::move(companion)), asio::deferred)
    );

    auto outcome =
        co_await race.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);

    auto& [order, failure, result, companion_failure, companion_result] = outcome;
    if (!failure)
        co_return std::move(result);
    if (order[0] == 1 && companion_failure)
        std::rethrow_exception(companion_failure);
    std::rethrow_exception(failure); // a bug, or our own caller cancelled us
}

} // namespace sluice
