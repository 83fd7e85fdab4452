// SPDX-License-Identifier: Apache-2.0
#include "kube/watch_events.h"

#include <utility>

namespace sluice {

namespace {

bool has_ended(const SeenPod& pod)
{
    return pod.phase == PodPhase::succeeded || pod.phase == PodPhase::failed;
}

bool is_step_back(const SeenJob&, const SeenJob&)
{
    return false;
}

// An end is final: what says otherwise was sent before it and came after it.
bool is_step_back(const SeenPod& known, const SeenPod& seen)
{
    return has_ended(known) && !has_ended(seen);
}

} // namespace

WatchEvents::WatchEvents(asio::any_io_executor executor) : news_(std::move(executor))
{}

void WatchEvents::saw(SeenJob job)
{
    put(jobs_, std::move(job));
}

void WatchEvents::saw(SeenPod pod)
{
    put(pods_, std::move(pod));
}

void WatchEvents::gone(SeenJob job)
{
    take(jobs_, std::move(job));
}

void WatchEvents::gone(SeenPod pod)
{
    take(pods_, std::move(pod));
}

void WatchEvents::begin_list(Of kind)
{
    if (kind == Of::jobs)
        begin(jobs_);
    else
        begin(pods_);
}

void WatchEvents::end_list(Of kind)
{
    if (kind == Of::jobs)
        end(jobs_);
    else
        end(pods_);
    if (!jobs_.is_complete || !pods_.is_complete || told_ == Told::listed)
        return;
    told_ = Told::listed;
    push({.kind = ClusterEvent::Kind::listed}, "");
}

void WatchEvents::lost(Of kind, Error error)
{
    (kind == Of::jobs ? jobs_.is_complete : pods_.is_complete) = false;
    const bool lacks_right = error.code == Errc::unauthorized;
    if (told_ == Told::no_right || (told_ == Told::away && !lacks_right))
        return;
    told_ = lacks_right ? Told::no_right : Told::away;
    push({.kind = ClusterEvent::Kind::away, .error = std::move(error)}, "");
}

Async<std::vector<ClusterEvent>> WatchEvents::next()
{
    while (waiting_.empty())
        co_await news_.wait();
    places_.clear();
    co_return std::exchange(waiting_, {});
}

template <class Seen>
void WatchEvents::put(Known<Seen>& known, Seen seen)
{
    const auto [place, is_new] = known.by_uid.try_emplace(seen.uid);
    auto& [there, is_listed] = place->second;
    is_listed = true;
    if (!is_new && (there.version == seen.version || is_step_back(there, seen)))
        return;
    there = seen;
    tell(std::move(seen), Change::is);
}

template <class Seen>
void WatchEvents::take(Known<Seen>& known, Seen seen)
{
    if (known.by_uid.erase(seen.uid) > 0)
        tell(std::move(seen), Change::gone);
}

template <class Seen>
void WatchEvents::begin(Known<Seen>& known)
{
    for (auto& [uid, entry] : known.by_uid)
        entry.is_listed = false;
}

template <class Seen>
void WatchEvents::end(Known<Seen>& known)
{
    for (auto entry = known.by_uid.begin(); entry != known.by_uid.end();) {
        const auto current = entry++;
        if (current->second.is_listed)
            continue;
        Seen seen = std::move(current->second.seen);
        known.by_uid.erase(current);
        tell(std::move(seen), Change::gone);
    }
    known.is_complete = true;
}

void WatchEvents::tell(SeenJob job, Change change)
{
    using Kind = ClusterEvent::Kind;
    const std::string uid = job.uid;
    push({.kind = change == Change::is ? Kind::job : Kind::job_gone, .job = std::move(job)}, uid);
}

void WatchEvents::tell(SeenPod pod, Change change)
{
    using Kind = ClusterEvent::Kind;
    const std::string uid = pod.uid;
    push({.kind = change == Change::is ? Kind::pod : Kind::pod_gone, .pod = std::move(pod)}, uid);
}

void WatchEvents::push(ClusterEvent event, const std::string& uid)
{
    if (!uid.empty()) {
        const auto [place, is_new] = places_.try_emplace(uid, waiting_.size());
        if (!is_new) {
            waiting_[place->second] = std::move(event);
            return;
        }
    }
    waiting_.push_back(std::move(event));
    news_.notify();
}

} // namespace sluice
