// SPDX-License-Identifier: Apache-2.0
#include "worker/reaper.h"

#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <sys/wait.h>

namespace sluice {

Async<void> reap_orphans()
{
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    asio::signal_set ended(executor, SIGCHLD);
    for (;;) {
        while (::waitpid(-1, nullptr, WNOHANG) > 0) {
        }
        co_await ended.async_wait(asio::use_awaitable);
    }
}

} // namespace sluice
