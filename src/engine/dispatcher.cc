// SPDX-License-Identifier: Apache-2.0
#include "engine/dispatcher.h"

#include "engine/outage.h"
#include "engine/retry_pause.h"
#include "store/store.h"

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <bit>

namespace sluice {

namespace {

// One group is written, the next one gathers: places that are freed meanwhile, in turns of the loop
// that come one after the other, are asked for with it, and what it makes ready is claimed at once.
constexpr int claimers_max = 4;

// How many of those that are left one queue may have in all: the last eighth is for those queues
// that have few, so that some place is always left for the next one.
std::size_t share_of(std::size_t left, std::size_t all)
{
    if (left >= all / 8)
        return SIZE_MAX;
    return std::bit_floor(std::max<std::size_t>(1, left / 8)); // changes seldom
}

} // namespace

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
      ended_(executor),
      places_(executor, options_.capacity)
{
    for (int i = 0; i < (has_limits() ? 1 : claimers_max); ++i)
        claimers_.emplace_back(executor);
}

Async<void> Dispatcher::run()
{
    claims_ = claimers_.size();
    for (auto later = std::next(claimers_.begin()); later != claimers_.end(); ++later)
        scope_.spawn(keep_claiming(*later));
    co_await keep_claiming(claimers_.front());
}

Async<void> Dispatcher::keep_claiming(Claimer& self)
{
    bool is_over = &self != &claimers_.front(); // the others wait for something to come
    while (!closed_) {
        if (is_over) {
            if (self.state != Claimer::State::woken)
                self.state = Claimer::State::asleep;
            co_await self.signal.wait();
        }
        self.state = Claimer::State::claims;
        if (closed_)
            break;
        if (has_room()) {
            const bool may_be_more = co_await claim_some();
            is_over = !may_be_more && !has_news_;
        } else {
            has_news_ = claiming_ > 0; // for whoever gets places back that were reserved
            is_over = true;
        }
    }
    --claims_;
    ended_.notify();
}

// When fewer come than were asked for, there is nothing else until somebody says so.
Async<bool> Dispatcher::claim_some()
{
    has_news_ = false;
    const WorkerId claimer = worker_.id();
    const std::size_t limit = claim_limit();
    reserve(limit);
    Result<std::vector<Leased>> claimed = co_await claim(limit);
    if (!claimed) {
        release(limit);
        warn_unless_away(log_, "claim", claimed.error());
        co_await sleep_for(retry_pause);
        co_return true;
    }
    has_claimed_ |= !claimed->empty();
    const bool may_be_more = claimed->size() >= limit;
    co_await begin_all(*std::move(claimed), claimer);
    release(limit);
    co_return may_be_more;
}

void Dispatcher::reserve(std::size_t places)
{
    claiming_ += places;
    places_.claiming(claiming_);
}

void Dispatcher::release(std::size_t places)
{
    claiming_ -= places;
    places_.claiming(claiming_);
}

void Dispatcher::wake()
{
    using State = Claimer::State;
    for (const Claimer& claimer : claimers_)
        if (claimer.state == State::woken)
            return;
    for (Claimer& claimer : claimers_)
        if (claimer.state == State::asleep) {
            claimer.state = State::woken;
            claimer.signal.notify();
            return;
        }
    has_news_ = true;
}

void Dispatcher::expect()
{
    if (closed_)
        return;
    store_.expect_call();
    wake();
}

void Dispatcher::serve(std::vector<std::string> queues)
{
    options_.queues = std::move(queues);
    leave_out_full_queues();
    wake();
}

Async<void> Dispatcher::begin_all(std::vector<Leased> tasks, WorkerId claimer)
{
    for (Leased& task : tasks) {
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
}

void Dispatcher::begin(Leased task)
{
    const auto attempt = attempts_.emplace(attempts_.end(), *this, std::move(task));
    places_.take();
    worker_.began(attempt->task, attempt->stop);
    scope_.spawn(execute(attempt));
}

// True for the first of its queue, whose limit is not known yet.
bool Dispatcher::count_in(const Leased& task)
{
    Load& load = loads_[*task.queue];
    if (!options_.queue_limit)
        load.limit = options_.queue_max;
    if (++load.running == std::min(load.limit, share_))
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
    const bool was_full = load->second.running-- == std::min(load->second.limit, share_);
    if (load->second.running == 0)
        loads_.erase(load);
    if (was_full)
        leave_out_full_queues();
}

void Dispatcher::leave_out_full_queues()
{
    std::vector<std::string> full;
    for (const auto& [queue, load] : loads_)
        if (load.running >= std::min(load.limit, share_))
            full.push_back(queue);
    filter_ = std::make_shared<const QueueFilter>(options_.queues, full);
}

std::size_t Dispatcher::share() const
{
    if (options_.queue_max == SIZE_MAX)
        return SIZE_MAX;
    if (!places_.is_line_empty())
        return 1;
    const std::size_t left = options_.attempts_max - attempts_.size();
    return std::min(
        share_of(places_.free(), options_.capacity), share_of(left, options_.attempts_max)
    );
}

// Of one claim, which may all be of one queue.
std::size_t Dispatcher::claim_limit()
{
    if (const std::size_t now = share(); now != share_) {
        share_ = now;
        leave_out_full_queues();
    }
    if (options_.queue_limit)
        return 1;
    return std::min(
        {options_.claim_max, places_.free() - claiming_,
         options_.attempts_max - attempts_.size() - claiming_, share_}
    );
}

Async<Result<std::vector<Leased>>> Dispatcher::claim(std::size_t limit)
{
    Claim request;
    request.worker = worker_.id();
    request.limit = limit;
    request.queues = filter_;
    request.as = options_.as;
    request.parents = options_.parents;
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
    if (outcome.kind == Outcome::Kind::skipped)
        request.as = Finish::As::skipped;
    request.result = outcome.result;
    request.error = outcome.error;
    request.retry_after = outcome.retry_after;
    request.is_transient = outcome.is_transient;
    request.follow_ups = outcome.follow_ups;
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

Async<Result<void>> Dispatcher::give_back(
    const Leased& task, WorkerId worker, std::string reason, std::optional<Micros> again_after
)
{
    GiveBack request;
    request.task = task.task;
    request.run = task.run;
    request.attempt = task.attempt;
    request.worker = worker;
    request.reason = std::move(reason);
    request.again_after = again_after;
    const Result<bool> given = co_await store_.give_back(std::move(request));
    if (!given)
        co_return given.error();
    co_return Result<void>();
}

Async<Result<void>> Dispatcher::report(const Leased& task, const Outcome& outcome)
{
    Result<void> answer;
    if (outcome.kind == Outcome::Kind::returned) {
        answer = co_await give_back(task, worker_.id(), outcome.error, outcome.again_after);
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

// Its target has ended the task, and has answered only then.
bool Dispatcher::is_late(const Attempt& attempt, const Error& error)
{
    return attempt.stop.is_outdated() && error.code == Errc::conflict;
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
    if (attempt->has_place)
        places_.leave();
    if (has_limits())
        count_out(attempt->task);
    expect(); // its place is free: the claim for it joins the report's group
    ended_.notify();
    const bool is_ours = !attempt->stop.requested() || attempt->stopped_by_us;
    for (bool reported = !is_ours; !reported;) {
        const Result<void> answer = co_await report(attempt->task, outcome);
        // Who stops does not wait for a database that is away: the rescue finds the task.
        reported = answer || stopping_ || !is_retryable(answer.error().code);
        if (!answer && !is_late(*attempt, answer.error()))
            warn_unless_away(log_, "report of a task", answer.error());
        if (!reported)
            co_await sleep_for(retry_pause);
    }
    worker_.ended(attempt->task);
    attempts_.erase(attempt);
    if (share_ != SIZE_MAX || attempts_.size() + 1 + claiming_ >= options_.attempts_max)
        wake();
}

void Dispatcher::leave_place(Attempt& attempt)
{
    const bool is_waited_for = !has_room() || share_ != SIZE_MAX;
    attempt.has_place = false;
    places_.leave();
    if (closed_) {
        stop_one(attempt);
        ended_.notify();
    }
    if (is_waited_for)
        wake();
}

void Dispatcher::stop_one(Attempt& attempt)
{
    if (attempt.stop.requested())
        return;
    attempt.stopped_by_us = true;
    attempt.stop.request();
}

void Dispatcher::close()
{
    closed_ = true;
    for (Attempt& attempt : attempts_)
        if (attempt.stop.is_waiting())
            stop_one(attempt);
    for (Claimer& claimer : claimers_)
        claimer.signal.notify();
}

Async<void> Dispatcher::stop(std::chrono::steady_clock::time_point deadline)
{
    while (claims_ > 0)
        co_await ended_.wait(); // for claims that are under way
    while (places_.taken() > 0 && std::chrono::steady_clock::now() < deadline)
        co_await ended_.wait_for(deadline - std::chrono::steady_clock::now());
    stopping_ = true;
    for (Attempt& attempt : attempts_) {
        stop_one(attempt);
        attempt.stop.abandon();
    }
    co_await scope_.join();
}

void Dispatcher::changed(const Changes& changes)
{
    if (!changes.lost_leases.empty())
        worker_.lost(changes.lost_leases);
    if (!changes.early_ends.empty())
        worker_.outdated(changes.early_ends);
    const bool ready = std::any_of(
        changes.ready_queues.begin(), changes.ready_queues.end(),
        [&](const auto& queue) { return filter_->matches(*queue); }
    );
    if (ready || changes.from_outside)
        wake();
}

} // namespace sluice
