// SPDX-License-Identifier: Apache-2.0
#include "engine/dispatcher.h"

#include "engine/outage.h"
#include "store/store.h"

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
    claims_ = true;
    while (!closed_) {
        if (executing_ >= options_.capacity) {
            co_await wake_.wait();
            continue;
        }
        const WorkerId claimer = worker_.id();
        Result<std::vector<Leased>> claimed = co_await claim();
        if (!claimed) {
            warn_unless_away(log_, "claim", claimed.error());
            co_await sleep_for(retry_pause);
            continue;
        }
        has_claimed_ |= !claimed->empty();
        for (Leased& task : *claimed) {
            if (closed_ || worker_.id() != claimer) {
                co_await give_back(task, claimer, "the worker could not begin with it");
                continue;
            }
            std::optional<Leased> first_of_queue;
            const bool is_first = has_limits() && count_in(task);
            if (is_first && options_.queue_limit)
                first_of_queue = task;
            begin(std::move(task));
            if (first_of_queue)
                co_await learn_limit(*first_of_queue);
        }
        if (claimed->empty() && !closed_)
            co_await wake_.wait();
    }
    claims_ = false;
    wake_.notify();
}

void Dispatcher::begin(Leased task)
{
    const auto attempt = attempts_.emplace(attempts_.end());
    attempt->task = std::move(task);
    ++executing_;
    worker_.began(attempt->task, attempt->stop);
    scope_.spawn(execute(attempt));
}

// True for the first of its queue, whose limit is not known yet.
bool Dispatcher::count_in(const Leased& task)
{
    Load& load = loads_[*task.queue];
    if (!options_.queue_limit)
        load.limit = options_.queue_max;
    if (++load.running == load.limit)
        leave_out_full_queues();
    return load.running == 1;
}

Async<void> Dispatcher::learn_limit(const Leased& task)
{
    const std::size_t limit = co_await options_.queue_limit(task);
    const auto load = loads_.find(*task.queue);
    if (load == loads_.end())
        co_return; // it has ended meanwhile
    load->second.limit = limit;
    leave_out_full_queues();
}

void Dispatcher::count_out(const Leased& task)
{
    const auto load = loads_.find(*task.queue);
    if (load == loads_.end())
        return;
    const bool was_full = load->second.running-- == load->second.limit;
    if (load->second.running == 0)
        loads_.erase(load);
    if (was_full)
        leave_out_full_queues();
}

void Dispatcher::leave_out_full_queues()
{
    std::vector<std::string> full;
    for (const auto& [queue, load] : loads_)
        if (load.running >= load.limit)
            full.push_back(queue);
    filter_ = std::make_shared<const QueueFilter>(options_.queues, full);
}

Async<Result<std::vector<Leased>>> Dispatcher::claim()
{
    Claim request;
    request.worker = worker_.id();
    request.queues = filter_;
    request.limit = std::min(options_.claim_max, options_.capacity - executing_);
    if (options_.queue_limit)
        request.limit = 1;
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

Start start_of(const Leased& task, const Outcome& outcome, WorkerId worker)
{
    Start request;
    request.task = task.task;
    request.run = task.run;
    request.attempt = task.attempt;
    request.worker = worker;
    request.owner = LeaseOwner::target;
    request.cancel_actions = outcome.cancel_actions;
    request.cancel_actions_count = outcome.cancel_actions_count;
    request.follow_ups = outcome.follow_ups;
    return request;
}

// What was thrown is a failed attempt.
Outcome failure_by(std::string_view what)
{
    Outcome outcome;
    outcome.kind = Outcome::Kind::failed;
    outcome.error = what.empty() ? "an exception without a message" : what;
    return outcome;
}

} // namespace

Async<Result<void>> Dispatcher::give_back(const Leased& task, WorkerId worker, std::string reason)
{
    GiveBack request;
    request.task = task.task;
    request.run = task.run;
    request.attempt = task.attempt;
    request.worker = worker;
    request.reason = std::move(reason);
    const Result<bool> given = co_await store_.give_back(std::move(request));
    if (!given)
        co_return given.error();
    co_return Result<void>();
}

Async<Result<void>> Dispatcher::report(const Leased& task, const Outcome& outcome)
{
    Result<void> answer;
    if (outcome.kind == Outcome::Kind::returned) {
        answer = co_await give_back(task, worker_.id(), outcome.error);
    } else if (outcome.kind == Outcome::Kind::accepted) {
        Start request = start_of(task, outcome, worker_.id());
        const Result<bool> started = co_await store_.start(std::move(request));
        // The target was faster: it has reported before its acceptance was known.
        if (!started && started.error().code != Errc::conflict)
            answer = started.error();
    } else {
        Finish request = finish_of(task, outcome, worker_.id());
        const Result<Finished> finished = co_await store_.finish(std::move(request));
        if (!finished)
            answer = finished.error();
    }
    co_return answer;
}

// Few coroutines deep, because this is what every task costs on the loop.
Async<void> Dispatcher::execute(Attempts::iterator attempt)
{
    Outcome outcome;
    // User code may throw anything: that is a failed attempt. Cancellation passes through.
    try {
        outcome = co_await tasks_.execute(attempt->task, attempt->stop);
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted)
            throw;
        outcome = failure_by(error.what());
    } catch (const std::exception& error) {
        outcome = failure_by(error.what());
    } catch (...) {
        outcome = failure_by("an exception of unknown type");
    }
    --executing_;
    if (has_limits())
        count_out(attempt->task);
    wake_.notify(); // its place is free: the claim for it joins the report's group
    const bool is_ours = !attempt->stop.requested() || attempt->stopped_by_us;
    for (bool reported = !is_ours; !reported;) {
        const Result<void> answer = co_await report(attempt->task, outcome);
        // Who stops does not wait for a database that is away: the rescue finds the task.
        reported = answer || stopping_ || !is_retryable(answer.error().code);
        if (!answer)
            warn_unless_away(log_, "report of a task", answer.error());
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
    while (claims_)
        co_await wake_.wait(); // for a claim that is under way
    while (executing_ > 0 && std::chrono::steady_clock::now() < deadline)
        co_await wake_.wait_for(deadline - std::chrono::steady_clock::now());
    stopping_ = true;
    for (Attempt& attempt : attempts_)
        if (!attempt.stop.requested()) {
            attempt.stopped_by_us = true;
            attempt.stop.request();
        }
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
