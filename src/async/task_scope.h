// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/log.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <exception>
#include <list>

namespace sluice {

// Owns every coroutine that a component starts. Lives on the loop thread. The owner ends with
// cancel() and then `co_await join()`; until then the coroutines may borrow from the owner.
class TaskScope {
public:
    TaskScope(asio::any_io_executor executor, Log log);
    ~TaskScope(); // nothing may be running any more
    TaskScope(const TaskScope&) = delete;
    TaskScope& operator=(const TaskScope&) = delete;

    // Starts `work`. What it throws is logged, except cancellation. After cancel() it is dropped
    // before its first line.
    void spawn(Async<void> work);

    // Asks everything to end: the next wait of each coroutine throws `operation_aborted`.
    void cancel();

    // Returns when nothing is running. Not cancellable.
    Async<void> join();

    std::size_t running() const { return children_.size(); }
    const asio::any_io_executor& executor() const { return executor_; }

private:
    struct Child {
        asio::cancellation_signal signal;
        bool started = false;
    };
    using Children = std::list<Child>;

    Async<void> run(Children::iterator child, Async<void> work);
    void ended(Children::iterator child, std::exception_ptr failure);

    asio::any_io_executor executor_;
    Log log_;
    asio::steady_timer drained_; // an event: never expires, cancelled when the last child ends
    Children children_;
    Children ended_; // freed at the next spawn: a dying frame still refers to its signal
    bool cancelled_ = false;
};

} // namespace sluice
