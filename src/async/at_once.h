// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/after_set_up.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>

#include <algorithm>
#include <exception>
#include <limits>
#include <optional>
#include <vector>

namespace sluice {

namespace detail {

struct LaneWork {
    std::size_t count = 0;
    std::size_t next = 0;
    std::size_t failed = std::numeric_limits<std::size_t>::max(); // the lowest number that has
    std::optional<Error> error = {};                              // its error
};

// Takes the next number, until there are none or one has failed.
template <class Make>
Async<Result<void>> run_lane(LaneWork& work, Make& make)
{
    while (work.next < work.count && work.next < work.failed) {
        const std::size_t mine = work.next++;
        Async<Result<void>> operation = make(mine);
        const Result<void> done = co_await std::move(operation);
        if (done || mine > work.failed)
            continue;
        work.failed = mine;
        work.error = done.error();
    }
    co_return Result<void>();
}

} // namespace detail

// Runs the operations make(0), make(1), … make(count - 1), begun in this order, at most `at_once`
// of them at a time. After an error no more are begun, and those that run are awaited; the error is
// that of the lowest number that has one. A cancellation reaches all that run. `make` is a plain
// function that gives an Async<Result<void>>.
template <class Make>
Async<Result<void>> at_once(std::size_t count, std::size_t at_once, Make make)
{
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    detail::LaneWork work{.count = count};
    const std::size_t lanes = std::min(count, std::max<std::size_t>(at_once, 1));
    if (lanes <= 1) {
        co_await detail::run_lane(work, make);
        co_return work.error ? Result<void>(*work.error) : Result<void>();
    }

    const auto start = [&] {
        return asio::co_spawn(executor, after_set_up(detail::run_lane(work, make)), asio::deferred);
    };
    std::vector<decltype(start())> started;
    for (std::size_t lane = 0; lane < lanes; ++lane)
        started.push_back(start());
    auto group = asio::experimental::make_parallel_group(std::move(started));
    auto outcome =
        co_await group.async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);

    auto& [order, failures, results] = outcome;
    for (const std::exception_ptr& failure : failures)
        if (failure)
            std::rethrow_exception(failure);
    co_return work.error ? Result<void>(*work.error) : Result<void>();
}

} // namespace sluice
