// SPDX-License-Identifier: Apache-2.0
#include "api/remote_workers.h"

#include "store/store.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

// A lease is extended by calls that come at least this much after the last extension, in parts of
// the lease.
constexpr int extensions_per_lease = 4;
constexpr std::chrono::minutes pod_memory{10};

template <class T>
bool contains(const std::vector<T>& list, T value)
{
    return value && std::find(list.begin(), list.end(), value) != list.end();
}

} // namespace

RemoteWorkers::RemoteWorkers(
    asio::any_io_executor executor, Engine& engine, Options options, Log log
)
    : engine_(engine), options_(options), log_(std::move(log)), enrolled_(executor)
{
    // The engine may have news after our end.
    engine_.on_changes([self = std::weak_ptr(self_)](const Changes& changes) {
        if (const std::shared_ptr<RemoteWorkers*> alive = self.lock())
            (*alive)->changed(changes);
    });
}

// One enrolment of a pod at a time: its calls may overlap, and it must not become two workers.
Async<Result<WorkerId>> RemoteWorkers::enroll(Name name)
{
    Pod& pod = pods_[name.pod];
    pod.asked = Clock::now();
    while (pod.enrolling)
        co_await enrolled_.wait();
    const bool fresh =
        pod.worker && Clock::now() - pod.seen < options_.lease / extensions_per_lease;
    if (fresh)
        co_return pod.worker;
    pod.enrolling = true;
    const Result<WorkerId> worker = co_await enroll_alone(name, pod);
    pod.enrolling = false;
    enrolled_.notify();
    co_return worker;
}

Async<Result<WorkerId>> RemoteWorkers::enroll_alone(const Name& name, Pod& pod)
{
    if (!pod.worker) {
        forget_old_pods();
        const Result<std::optional<WorkerId>> known = co_await look_up(name.pod);
        if (!known)
            co_return known.error();
        pod.worker = known->value_or(WorkerId{});
    }
    if (pod.worker) {
        const Result<bool> alive = co_await extend(pod.worker);
        if (!alive)
            co_return alive.error();
        pod.seen = Clock::now();
        if (*alive)
            co_return pod.worker;
    }
    RegisterWorker request;
    request.name = name.pod;
    request.host = name.node;
    request.kind = RegisterWorker::Kind::remote;
    request.lease = options_.lease;
    const Result<WorkerId> worker = co_await engine_.store().register_worker(std::move(request));
    if (!worker)
        co_return worker.error();
    pod.worker = *worker;
    pod.seen = Clock::now();
    log_.info("worker '{}' on '{}' has come", name.pod, name.node);
    co_return *worker;
}

// False: the database does not know the worker any more.
Async<Result<bool>> RemoteWorkers::extend(WorkerId worker)
{
    Heartbeat request;
    request.worker = worker;
    request.lease = options_.lease;
    const Result<std::vector<HeldLease>> answer =
        co_await engine_.store().heartbeat(std::move(request));
    if (!answer && answer.error().code != Errc::not_found)
        co_return answer.error();
    co_return answer.has_value();
}

Async<Result<std::optional<WorkerId>>> RemoteWorkers::look_up(std::string pod)
{
    auto look = [pod](Reads& reads) {
        std::optional<WorkerId> newest;
        for (const WorkerRow& row : reads.workers())
            if (!row.attached && row.name == pod && (!newest || *newest < row.id))
                newest = row.id;
        return newest;
    };
    co_return co_await engine_.store().read(std::move(look));
}

Async<Result<WorkerId>> RemoteWorkers::find(std::string pod)
{
    const auto known = pods_.find(pod);
    if (known != pods_.end() && known->second.worker) {
        known->second.asked = Clock::now();
        co_return known->second.worker;
    }
    const Result<std::optional<WorkerId>> found = co_await look_up(pod);
    if (!found)
        co_return found.error();
    if (!*found)
        co_return Error{Errc::not_found, fmt::format("no worker named '{}'", pod)};
    Pod& entry = pods_[pod];
    entry.worker = **found;
    entry.asked = Clock::now();
    co_return **found;
}

Async<Result<bool>> RemoteWorkers::beat(std::string pod, WorkerId worker, HeldLease lease)
{
    Heartbeat request;
    request.worker = worker;
    request.lease = options_.lease;
    request.held.push_back(lease);
    const Result<std::vector<HeldLease>> lost =
        co_await engine_.store().heartbeat(std::move(request));
    if (!lost && lost.error().code != Errc::not_found)
        co_return lost.error();
    const auto known = pods_.find(pod);
    if (known != pods_.end() && known->second.worker == worker)
        known->second.seen = Clock::now();
    co_return lost && lost->empty();
}

Async<void> RemoteWorkers::connection_lost(std::string pod, WorkerId worker)
{
    const auto known = pods_.find(pod);
    if (known != pods_.end())
        known->second.seen = {}; // its next call extends the lease again
    ReleaseWorker request;
    request.worker = worker;
    request.grace = options_.lost_lease;
    const Result<bool> released = co_await engine_.store().release_worker(std::move(request));
    if (!released)
        log_.warn("shorten the lease of worker '{}': {}", pod, released.error().detail);
}

Async<Result<void>> RemoteWorkers::leave(std::string pod, std::string reason)
{
    const Result<WorkerId> worker = co_await find(pod);
    if (!worker && worker.error().code == Errc::not_found)
        co_return Result<void>();
    if (!worker)
        co_return worker.error();
    auto look = [worker = *worker](Reads& reads) { return reads.leases_of(worker); };
    const Result<std::vector<LeaseRow>> leases = co_await engine_.store().read(look);
    if (!leases)
        co_return leases.error();
    for (const LeaseRow& lease : *leases) {
        GiveBack request;
        request.task = lease.place.task;
        request.run = lease.place.run;
        request.attempt = lease.place.attempt;
        request.worker = *worker;
        request.reason = reason;
        const Result<bool> given = co_await engine_.store().give_back(std::move(request));
        if (!given && given.error().code != Errc::conflict)
            co_return given.error();
    }
    ReleaseWorker release;
    release.worker = *worker;
    const Result<bool> released = co_await engine_.store().release_worker(std::move(release));
    if (!released)
        co_return released.error();
    pods_.erase(pod);
    co_return Result<void>();
}

void RemoteWorkers::forget_old_pods()
{
    const Clock::time_point oldest = Clock::now() - pod_memory;
    std::erase_if(pods_, [&](const auto& entry) {
        return !entry.second.enrolling && entry.second.worker && entry.second.asked < oldest;
    });
}

bool RemoteWorkers::concerns(const Changes& changes, const Interest& interest)
{
    if (changes.from_outside || contains(changes.final_runs, interest.run) ||
        std::ranges::find(changes.lost_leases, interest.task, &HeldLease::task) !=
            changes.lost_leases.end())
        return true;
    return interest.queues &&
           std::any_of(
               changes.ready_queues.begin(), changes.ready_queues.end(),
               [&](const auto& queue) { return interest.queues->matches(*queue); }
           );
}

void RemoteWorkers::changed(const Changes& changes)
{
    for (Watch* watch : watches_)
        if (concerns(changes, watch->interest_))
            watch->signal_.notify();
}

RemoteWorkers::Watch::Watch(RemoteWorkers& workers, Interest interest, Signal& signal)
    : workers_(workers),
      interest_(interest),
      signal_(signal),
      place_(workers.watches_.insert(workers.watches_.end(), this))
{}

RemoteWorkers::Watch::~Watch()
{
    workers_.watches_.erase(place_);
}

} // namespace sluice
