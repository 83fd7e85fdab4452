// SPDX-License-Identifier: Apache-2.0
#include "engine/worker.h"

#include "async/signal.h"
#include "engine/outage.h"
#include "store/store.h"

#include <algorithm>

namespace sluice {

Worker::Worker(asio::any_io_executor executor, Store& store, Options options, Log log)
    : store_(store), options_(std::move(options)), log_(std::move(log)), wake_(std::move(executor))
{}

Async<Result<void>> Worker::enroll()
{
    RegisterWorker request;
    request.name = options_.name;
    request.host = options_.host;
    request.address = options_.address;
    request.lease = options_.lease;
    const Result<WorkerId> id = co_await store_.register_worker(std::move(request));
    if (!id)
        co_return id.error();
    id_ = *id;
    told_.reset();
    may_tell_ = {};
    co_return Result<void>();
}

Async<void> Worker::run()
{
    Clock::time_point next_beat = Clock::now() + options_.heartbeat;
    for (;;) {
        const Clock::time_point until =
            owes_description() ? std::min(next_beat, tells_at()) : next_beat;
        if (const Clock::duration left = until - Clock::now(); left > Clock::duration::zero()) {
            co_await wake_.wait_for(left);
            continue;
        }
        const bool beats = Clock::now() >= next_beat;
        Result<void> sent;
        if (beats) {
            sent = co_await beat();
            next_beat = Clock::now() + options_.heartbeat;
        } else {
            sent = co_await tell_description();
        }
        if (!sent)
            warn_unless_away(log_, beats ? "heartbeat" : "description", sent.error());
    }
}

void Worker::describe(std::string serves, std::string load)
{
    described_ = Description{std::move(serves), std::move(load)};
    if (owes_description())
        wake_.notify();
}

// Others judge by what it serves who has work done, by its load only how soon.
Worker::Clock::time_point Worker::tells_at() const
{
    const bool is_load_only = told_ && told_->serves == described_->serves;
    return is_load_only ? std::max(may_tell_, may_tell_load_) : may_tell_;
}

Async<Result<void>> Worker::tell_description()
{
    const Description description = *described_;
    DescribeWorker request;
    request.worker = id_;
    request.serves = description.serves;
    request.load = description.load;
    const Result<bool> told = co_await store_.describe_worker(std::move(request));
    const bool is_forgotten = !told && told.error().code == Errc::not_found;
    may_tell_load_ = Clock::now() + options_.load_pause;
    if (told)
        told_ = description;
    else if (is_forgotten)
        may_tell_ = Clock::now() + options_.heartbeat; // which learns that
    else
        may_tell_ = may_tell_load_;
    if (!told && !is_forgotten)
        co_return told.error();
    co_return Result<void>();
}

Async<Result<void>> Worker::beat()
{
    Heartbeat request;
    request.worker = id_;
    request.lease = options_.lease;
    for (const auto& [task, attempt] : attempts_)
        request.held.push_back({task, attempt.number});
    std::vector<HeldLease> held = request.held;
    const Result<std::vector<HeldLease>> answer = co_await store_.heartbeat(std::move(request));
    if (!answer && answer.error().code != Errc::not_found)
        co_return answer.error();

    // Taken for dead: everything we hold has been given to others, and we start anew.
    const std::vector<HeldLease>& gone = answer ? *answer : held;
    for (const HeldLease& lease : gone) {
        const auto attempt = attempts_.find(lease.task);
        if (attempt != attempts_.end() && attempt->second.number == lease.attempt &&
            !attempt->second.stop->is_outdated())
            attempt->second.stop->request();
    }
    if (!answer) {
        Result<void> began = co_await start_anew();
        if (!began)
            co_return began;
    }
    if (owes_description() && Clock::now() >= tells_at())
        co_return co_await tell_description();
    co_return Result<void>();
}

// What was claimed under the forgotten number is nobody's: the rescue finds it.
Async<Result<void>> Worker::start_anew()
{
    const Result<void> enrolled = co_await enroll();
    if (!enrolled)
        co_return enrolled.error();
    Rescue request;
    const Result<std::size_t> rescued = co_await store_.rescue(std::move(request));
    if (!rescued)
        co_return rescued.error();
    co_return Result<void>();
}

Async<void> Worker::leave()
{
    ReleaseWorker request;
    request.worker = id_;
    const Result<bool> released = co_await store_.release_worker(std::move(request));
    if (!released)
        log_.warn("leave: {}", released.error().detail);
}

void Worker::began(const Leased& task, Stop& stop)
{
    attempts_[task.task] = {task.attempt, &stop};
}

void Worker::ended(const Leased& task)
{
    const auto attempt = attempts_.find(task.task);
    if (attempt != attempts_.end() && attempt->second.number == task.attempt)
        attempts_.erase(attempt);
}

void Worker::lost(const std::vector<HeldLease>& leases)
{
    for (const HeldLease& lease : leases) {
        const auto attempt = attempts_.find(lease.task);
        if (attempt != attempts_.end() && attempt->second.number == lease.attempt)
            attempt->second.stop->request();
    }
}

void Worker::outdated(const std::vector<TaskId>& tasks)
{
    for (const TaskId task : tasks) {
        const auto attempt = attempts_.find(task);
        if (attempt != attempts_.end())
            attempt->second.stop->outdate();
    }
}

} // namespace sluice
