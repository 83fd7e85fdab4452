// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/result.h"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sluice {

// Suspends once before the first line of the operation. Until the group of operations that it
// belongs to is set up, a cancellation of the caller does not reach it, and Asio 1.26 loses what is
// cancelled before it first suspends (style C9).
template <class T>
Async<Result<T>> after_set_up(Async<Result<T>> operation)
{
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    co_await asio::post(executor, asio::use_awaitable);
    Result<T> result = co_await std::move(operation);
    co_return result;
}

} // namespace sluice
