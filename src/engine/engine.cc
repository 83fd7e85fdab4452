// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.h"

#include "store/store.h"

#include <algorithm>

namespace sluice {

Engine::Engine(asio::any_io_executor executor, Store& store, Options options, Log log)
    : store_(store),
      options_(std::move(options)),
      log_(std::move(log)),
      scope_(executor, log_),
      runs_(executor, store),
      run_waiters_(executor, store, {}, log_),
      timekeeper_(
          executor, store,
          {.pulse = options_.pulse,
           .is_idle = [this] { return is_idle(); },
           .on_ready = [this] { look_again(); },
           .looks_for_dead = options_.looks_for_dead},
          log_
      )
{
    store_.on_changes([this](const Changes& changes) { changed(changes); });
}

Engine::~Engine()
{
    store_.on_changes(nullptr);
}

Async<Result<void>> Engine::start()
{
    Result<void> ready = co_await timekeeper_.run_once();
    if (ready) {
        scope_.spawn(timekeeper_.run());
        scope_.spawn(run_waiters_.run());
    }
    co_return ready;
}

Async<Result<void>> Engine::enroll()
{
    if (worker_)
        co_return Result<void>();
    Worker::Options worker;
    worker.name = options_.worker_name;
    worker.host = options_.host;
    worker.address = options_.address;
    worker.lease = options_.lease;
    worker.heartbeat = options_.heartbeat;
    worker_ = std::make_unique<Worker>(scope_.executor(), store_, std::move(worker), log_);
    Result<void> registered = co_await worker_->enroll();
    if (!registered) {
        worker_.reset();
        co_return registered;
    }
    if (description_)
        worker_->describe(std::move(description_->first), std::move(description_->second));
    scope_.spawn(worker_->run());
    co_return registered;
}

Async<Result<Dispatcher*>> Engine::serve(Dispatcher::Options options, Executor& executor)
{
    const Result<void> enrolled = co_await enroll();
    if (!enrolled)
        co_return enrolled.error();
    dispatchers_.push_back(std::make_unique<Dispatcher>(
        scope_.executor(), store_, *worker_, executor, std::move(options), log_
    ));
    Dispatcher* dispatcher = dispatchers_.back().get();
    scope_.spawn(dispatcher->run());
    co_return dispatcher;
}

void Engine::describe(std::string serves, std::string load)
{
    if (worker_)
        worker_->describe(std::move(serves), std::move(load));
    else
        description_.emplace(std::move(serves), std::move(load));
}

void Engine::close()
{
    for (const auto& dispatcher : dispatchers_)
        dispatcher->close();
}

Async<void> Engine::stop(std::chrono::steady_clock::duration grace)
{
    const auto deadline = std::chrono::steady_clock::now() + grace;
    close();
    for (const auto& dispatcher : dispatchers_)
        co_await dispatcher->stop(deadline);
    scope_.cancel();
    co_await scope_.join();
    if (worker_)
        co_await worker_->leave();
}

const Clock& Engine::clock() const
{
    return store_.clock();
}

bool Engine::is_idle()
{
    bool idle = false;
    for (const auto& dispatcher : dispatchers_)
        idle |= dispatcher->was_idle();
    return idle;
}

// The net under lost news: who has nothing to do asks the database, not its memory of it.
void Engine::look_again()
{
    store_.forget_queues();
    for (const auto& dispatcher : dispatchers_)
        dispatcher->wake();
}

void Engine::changed(const Changes& changes)
{
    runs_.changed(changes);
    run_waiters_.changed(changes);
    timekeeper_.changed(changes);
    for (const auto& dispatcher : dispatchers_)
        dispatcher->changed(changes);
    for (const OnChanges& listener : listeners_)
        listener(changes);
}

} // namespace sluice
