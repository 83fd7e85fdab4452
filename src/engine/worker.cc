// SPDX-License-Identifier: Apache-2.0
#include "engine/worker.h"

#include "async/signal.h"
#include "engine/outage.h"
#include "store/store.h"

namespace sluice {

Worker::Worker(asio::any_io_executor, Store& store, Options options, Log log)
    : store_(store), options_(std::move(options)), log_(std::move(log))
{}

Async<Result<void>> Worker::enroll()
{
    RegisterWorker request;
    request.name = options_.name;
    request.host = options_.host;
    request.lease = options_.lease;
    const Result<WorkerId> id = co_await store_.register_worker(std::move(request));
    if (!id)
        co_return id.error();
    id_ = *id;
    co_return Result<void>();
}

Async<void> Worker::run()
{
    for (;;) {
        co_await sleep_for(options_.heartbeat);
        const Result<void> sent = co_await beat();
        if (!sent)
            warn_unless_away(log_, "heartbeat", sent.error());
    }
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
    if (!answer)
        co_return co_await start_anew();
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
