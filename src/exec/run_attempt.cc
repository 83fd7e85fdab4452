// SPDX-License-Identifier: Apache-2.0
#include "exec/run_attempt.h"

#include "async/worker_threads.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace sluice {

Async<bool> is_cancelled()
{
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    co_return state.cancelled() != asio::cancellation_type::none;
}

Async<Result<CommandEnd>> run_to_the_end(Attempt& attempt, WorkerThreads& threads)
{
    auto start = [&attempt] { return attempt.start(); };
    const Result<void> started = co_await threads.run(std::move(start));
    if (!started)
        co_return started.error();

    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    asio::posix::stream_descriptor events(executor, ::dup(attempt.events()));
    bool stopping = false;
    while (!attempt.is_over()) {
        const bool stop = co_await is_cancelled();
        if (stop && !stopping) {
            stopping = true;
            attempt.stop();
        }
        co_await events.async_wait(
            asio::posix::descriptor_base::wait_read, asio::as_tuple(asio::use_awaitable)
        );
        attempt.collect();
        if (attempt.has_output() && !attempt.is_over()) {
            auto write = [&attempt] { attempt.write_output(); };
            co_await threads.run(std::move(write));
        }
    }
    auto finish = [&attempt] { return attempt.finish(); };
    co_return co_await threads.run(std::move(finish));
}

Async<Result<CommandEnd>> run_attempt(Attempt& attempt, WorkerThreads& threads)
{
    // Cancellation must not throw in the middle: the command has to be ended in order.
    co_await asio::this_coro::throw_if_cancelled(false);
    Result<CommandEnd> end = co_await run_to_the_end(attempt, threads);
    co_await asio::this_coro::throw_if_cancelled(true);
    const bool stopped = co_await is_cancelled();
    if (stopped)
        throw boost::system::system_error(asio::error::operation_aborted);
    co_return end;
}

} // namespace sluice
