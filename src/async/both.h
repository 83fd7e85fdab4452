// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/after_set_up.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>

#include <exception>

namespace sluice {

// Runs two operations at once, to the end of both. The error of the first, else of the second.
inline Async<Result<void>> both(Async<Result<void>> first, Async<Result<void>> second)
{
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    auto pair = asio::experimental::make_parallel_group(
        asio::co_spawn(executor, after_set_up(std::move(first)), asio::deferred),
        asio::co_spawn(executor, after_set_up(std::move(second)), asio::deferred)
    );

    auto outcome =
        co_await pair.async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);

    auto& [order, first_failure, first_result, second_failure, second_result] = outcome;
    if (first_failure)
        std::rethrow_exception(first_failure);
    if (second_failure)
        std::rethrow_exception(second_failure);
    co_return first_result ? second_result : first_result;
}

} // namespace sluice
