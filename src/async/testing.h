// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>

namespace sluice::testing {

// Runs the loop until `work` has ended and gives back its result; fails loudly when the loop runs
// dry before that, because then nothing can ever wake the coroutine.
template <class T>
T await(asio::io_context& loop, Async<T> work)
{
    std::optional<T> outcome;
    std::exception_ptr failure;
    asio::co_spawn(loop, std::move(work), [&](std::exception_ptr error, T value) {
        failure = error;
        if (!error)
            outcome.emplace(std::move(value));
    });
    loop.restart();
    while (!outcome && !failure && loop.run_one() > 0) {
    }
    if (failure)
        std::rethrow_exception(failure);
    if (!outcome)
        throw std::logic_error("the loop ran dry before the coroutine ended");
    return std::move(*outcome);
}

// Starts `work`; what it throws comes out of the loop.
inline void spawn(asio::io_context& loop, Async<void> work)
{
    asio::co_spawn(loop, std::move(work), [](std::exception_ptr error) {
        if (error)
            std::rethrow_exception(error);
    });
}

inline void await(asio::io_context& loop, Async<void> work)
{
    bool ended = false;
    std::exception_ptr failure;
    asio::co_spawn(loop, std::move(work), [&](std::exception_ptr error) {
        failure = error;
        ended = true;
    });
    loop.restart();
    while (!ended && loop.run_one() > 0) {
    }
    if (failure)
        std::rethrow_exception(failure);
    if (!ended)
        throw std::logic_error("the loop ran dry before the coroutine ended");
}

} // namespace sluice::testing
