// SPDX-License-Identifier: Apache-2.0
#include "async/task_scope.h"

#include "base/assert.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace sluice {

TaskScope::TaskScope(asio::any_io_executor executor, Log log)
    : executor_(executor),
      log_(std::move(log)),
      drained_(executor, asio::steady_timer::time_point::max())
{}

TaskScope::~TaskScope()
{
    SLUICE_ASSERT_QUIETLY(children_.empty());
}

void TaskScope::spawn(Async<void> work)
{
    ended_.clear();
    const Children::iterator child = children_.emplace(children_.end());
    auto on_exit = [this, child](std::exception_ptr failure) { ended(child, failure); };
    asio::co_spawn(
        executor_, run(child, std::move(work)),
        asio::bind_cancellation_slot(child->signal.slot(), std::move(on_exit))
    );
}

Async<void> TaskScope::run(Children::iterator child, Async<void> work)
{
    // Asio 1.26 loses a coroutine that is cancelled before it first suspends (style C9), so
    // cancel() touches only those that have come past this line.
    co_await asio::post(executor_, asio::use_awaitable);
    child->started = true;
    if (!cancelled_)
        co_await std::move(work);
}

void TaskScope::ended(Children::iterator child, std::exception_ptr failure)
{
    ended_.splice(ended_.end(), children_, child);
    if (children_.empty())
        drained_.cancel();
    if (!failure)
        return;
    try {
        std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
        if (error.code() != asio::error::operation_aborted)
            log_.error("a background task ended with {}", error.what());
    } catch (const std::exception& error) {
        log_.error("a background task ended with {}", error.what());
    } catch (...) {
        log_.error("a background task ended with an unknown exception");
    }
}

void TaskScope::cancel()
{
    cancelled_ = true;
    // A coroutine may end inside emit() and leave the list: step on before asking.
    for (auto child = children_.begin(); child != children_.end();) {
        const auto current = child++;
        if (current->started)
            current->signal.emit(asio::cancellation_type::terminal);
    }
}

Async<void> TaskScope::join()
{
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    while (!children_.empty())
        co_await drained_.async_wait(asio::as_tuple(asio::use_awaitable));
}

} // namespace sluice
