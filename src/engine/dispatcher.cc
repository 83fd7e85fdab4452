// SPDX-License-Identifier: Apache-2.0
#include "engine/dispatcher.h"

#include <boost/system/system_error.hpp>

#include <algorithm>

namespace sluice {

namespace {
constexpr auto retry_pause = std::chrono::milliseconds(250);
}

Dispatcher::Dispatcher(
    asio::any_io_executor executor, Store& store, Worker& worker, Executor& tasks, Options options,
    Log log
)
    : store_(store),
      worker_(worker),
      tasks_(tasks),
      options_(std::move(options)),
      log_(std::move(log)),
      filter_(std::make_shared<const QueueFilter>(options_.queues)),
      scope_(executor, log_),
      wake_(executor)
{}

Async<void> Dispatcher::run()
{
    while (!closed_) {
        if (executing_ >= options_.capacity) {
            co_await wake_.wait();
            continue;
        }
        Result<std::vector<Leased>> claimed = co_await claim();
        if (!claimed) {
            log_.warn("claim: {}", claimed.error().detail);
            co_await sleep_for(retry_pause);
            continue;
        }
        for (Leased& task : *claimed) {
            const auto attempt = attempts_.emplace(attempts_.end());
            attempt->task = std::move(task);
            ++executing_;
            worker_.began(attempt->task, attempt->stop);
            scope_.spawn(execute(attempt));
        }
        if (claimed->empty() && !closed_)
            co_await wake_.wait();
    }
}

Async<Result<std::vector<Leased>>> Dispatcher::claim()
{
    Claim request;
    request.worker = worker_.id();
    request.queues = filter_;
    request.limit = std::min(options_.claim_max, options_.capacity - executing_);
    request.as = options_.as;
    co_return co_await store_.claim(std::move(request));
}

namespace {

Finish finish_of(const Leased& task, const Outcome& outcome, WorkerId worker)
{
    Finish request;
    request.task = task.task;
    request.run = task.run;
    request.attempt = task.attempt;
    request.worker = worker;
    if (outcome.kind == Outcome::Kind::failed)
        request.failure = outcome.failure;
    request.result = outcome.result;
    request.error = outcome.error;
    return request;
}

GiveBack give_back_of(const Leased& task, const Outcome& outcome, WorkerId worker)
{
    GiveBack request;
    request.task = task.task;
    request.run = task.run;
    request.attempt = task.attempt;
    request.worker = worker;
    request.reason = outcome.error;
    return request;
}

} // namespace

// Few coroutines deep, because this is what every task costs on the loop.
Async<void> Dispatcher::execute(Attempts::iterator attempt)
{
    Outcome outcome;
    std::string thrown;
    // User code may throw anything: that is a failed attempt. Cancellation passes through.
    try {
        outcome = co_await tasks_.execute(attempt->task, attempt->stop);
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted)
            throw;
        thrown = error.what();
    } catch (const std::exception& error) {
        thrown = error.what();
    } catch (...) {
        thrown = "an exception of unknown type";
    }
    if (!thrown.empty()) {
        outcome.kind = Outcome::Kind::failed;
        outcome.error = std::move(thrown);
    }
    --executing_;
    wake_.notify(); // its place is free: the claim for it joins the report's group
    const bool is_ours = !attempt->stop.requested() || stopping_;
    for (bool reported = !is_ours; !reported;) {
        Result<void> answer;
        if (outcome.kind == Outcome::Kind::returned) {
            GiveBack request = give_back_of(attempt->task, outcome, worker_.id());
            const Result<bool> given = co_await store_.give_back(std::move(request));
            if (!given)
                answer = given.error();
        } else {
            Finish request = finish_of(attempt->task, outcome, worker_.id());
            const Result<Finished> finished = co_await store_.finish(std::move(request));
            if (!finished)
                answer = finished.error();
        }
        reported = answer || !is_retryable(answer.error().code);
        if (!answer)
            log_.warn("report of a task: {}", answer.error().detail);
        if (!reported)
            co_await sleep_for(retry_pause);
    }
    worker_.ended(attempt->task);
    attempts_.erase(attempt);
}

void Dispatcher::close()
{
    closed_ = true;
    wake_.notify();
}

Async<void> Dispatcher::stop(std::chrono::steady_clock::time_point deadline)
{
    while (executing_ > 0 && std::chrono::steady_clock::now() < deadline)
        co_await wake_.wait_for(deadline - std::chrono::steady_clock::now());
    stopping_ = true;
    for (Attempt& attempt : attempts_)
        attempt.stop.request();
    co_await scope_.join();
}

void Dispatcher::changed(const Changes& changes)
{
    if (!changes.lost_leases.empty())
        worker_.lost(changes.lost_leases);
    const bool ready = std::any_of(
        changes.ready_queues.begin(), changes.ready_queues.end(),
        [&](const auto& queue) { return filter_->matches(*queue); }
    );
    if (ready || changes.from_outside)
        wake_.notify();
}

} // namespace sluice
