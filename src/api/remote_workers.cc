// SPDX-License-Identifier: Apache-2.0
#include "api/remote_workers.h"

#include "store/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

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
    if (const WorkerId worker = pod.worker) {
        const Result<bool> alive = co_await extend(worker);
        if (!alive)
            co_return alive.error();
        pod.seen = Clock::now();
        if (*alive)
            co_return worker;
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
    if (!entry.worker)
        entry.worker = **found; // else a newer one has come meanwhile
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

Async<Result<void>> RemoteWorkers::leave(Leaving leaving)
{
    const Result<WorkerId> worker = co_await find(leaving.pod);
    if (!worker && worker.error().code == Errc::not_found)
        co_return Result<void>();
    if (!worker)
        co_return worker.error();
    auto look = [worker = *worker](Reads& reads) { return reads.leases_of(worker); };
    const Result<std::vector<LeaseRow>> leases = co_await engine_.store().read(look);
    if (!leases)
        co_return leases.error();
    bool holds_others = false;
    for (const LeaseRow& lease : *leases) {
        if (leaving.only && lease.place.run != leaving.only) {
            holds_others = true;
            continue;
        }
        GiveBack request;
        request.task = lease.place.task;
        request.run = lease.place.run;
        request.attempt = lease.place.attempt;
        request.worker = *worker;
        request.reason = leaving.reason;
        const Result<bool> given = co_await engine_.store().give_back(std::move(request));
        if (!given && given.error().code != Errc::conflict)
            co_return given.error();
    }
    if (holds_others)
        co_return Result<void>();
    ReleaseWorker release;
    release.worker = *worker;
    const Result<bool> released = co_await engine_.store().release_worker(std::move(release));
    if (!released)
        co_return released.error();
    // The entry stays: calls of that name may be under way with it, or a newer worker have it.
    const auto known = pods_.find(leaving.pod);
    if (known != pods_.end() && known->second.worker == *worker)
        known->second.worker = {};
    co_return Result<void>();
}

void RemoteWorkers::forget_old_pods()
{
    const Clock::time_point oldest = Clock::now() - pod_memory;
    std::erase_if(pods_, [&](const auto& entry) {
        return !entry.second.enrolling && entry.second.asked < oldest;
    });
}

void RemoteWorkers::changed(const Changes& changes)
{
    const bool anything = changes.from_outside && !changes.told;
    for (Watch* watch : watches_) {
        const Interest& interest = watch->interest_;
        const bool lost = std::ranges::find(changes.lost_leases, interest.task, &HeldLease::task) !=
                          changes.lost_leases.end();
        const bool unknown = anything && !interest.queues;
        if (lost || unknown || contains(changes.final_runs, interest.run))
            watch->signal_.notify();
    }
    if (anything)
        offer_anything();
    for (const auto& queue : changes.ready_queues)
        offer({queue, {}}, 1);
}

// Notifies so many of those who wait for such work and have not been notified since they looked
// last. Those who have waited longest come first.
void RemoteWorkers::offer(const Watch::Hint& hint, int watches)
{
    for (Watch* watch : watches_) {
        if (watches == 0)
            return;
        if (watch->notified_ || !watch->fits(hint))
            continue;
        watch->notify(hint);
        --watches;
    }
}

// One of each run, unless such a one has not looked since.
void RemoteWorkers::offer_anything()
{
    std::set<RunId> runs;
    for (const Watch* watch : watches_)
        if (watch->notified_ && !watch->notified_->queue)
            runs.insert(watch->interest_.run);
    for (Watch* watch : watches_) {
        const RunId run = watch->interest_.run;
        if (watch->interest_.queues && !watch->notified_ && runs.insert(run).second)
            watch->notify({nullptr, run});
    }
}

void RemoteWorkers::tell_end(RunId run)
{
    Changes changes;
    changes.final_runs.push_back(run);
    changed(changes);
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
    if (looking_)
        workers_.offer(*looking_, 1);
    if (notified_)
        workers_.offer(*notified_, 1);
}

void RemoteWorkers::Watch::looks()
{
    looking_ = std::exchange(notified_, std::nullopt);
}

void RemoteWorkers::Watch::found()
{
    if (const std::optional<Hint> hint = std::exchange(looking_, std::nullopt))
        workers_.offer(*hint, 2);
}

void RemoteWorkers::Watch::found_nothing()
{
    looking_.reset();
}

void RemoteWorkers::Watch::found_end()
{
    // Ends that are named have been told to all.
    if (const std::optional<Hint> hint = std::exchange(looking_, std::nullopt);
        hint && !hint->queue)
        workers_.tell_end(interest_.run);
}

bool RemoteWorkers::Watch::fits(const Hint& hint) const
{
    if (!interest_.queues)
        return false;
    return hint.queue ? interest_.queues->matches(*hint.queue) : interest_.run == hint.run;
}

void RemoteWorkers::Watch::notify(Hint hint)
{
    notified_ = std::move(hint);
    signal_.notify();
}

} // namespace sluice
