// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>

namespace sluice {

// For main: runs `work` and everything it started on the loop, and gives back its result when the
// loop has no work left. What it throws comes out here.
template <class T>
T run_on(asio::io_context& loop, Async<T> work)
{
    std::optional<T> result;
    std::exception_ptr failure;
    asio::co_spawn(loop, std::move(work), [&](std::exception_ptr error, T value) {
        failure = error;
        if (!error)
            result.emplace(std::move(value));
    });
    loop.run();
    if (failure)
        std::rethrow_exception(failure);
    return std::move(result.value());
}

} // namespace sluice
