// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/task_scope.h"
#include "kube/kube_api.h"
#include "kube/watch_events.h"
#include "kube/watch_lines.h"

#include <chrono>
#include <optional>

namespace sluice {

// What the streams of all watches share; everything outlives them.
struct WatchParts {
    asio::any_io_executor executor;
    KubeApi& api;
    WorkerThreads& threads;
    Random& random;
    const KubeOptions& options;
    const Log& log;
};

// Follows the Jobs or the pods: lists, then watches from the version of the list, goes on from the
// last version when a connection ends, and lists anew when that version is too old for the API or
// the watch has been down for some time.
class KubeStream {
public:
    KubeStream(WatchEvents::Of kind, const WatchParts& parts, WatchEvents& events)
        : kind_(kind), parts_(parts), events_(events)
    {}

    // Until it is cancelled.
    Async<void> run();

private:
    using SteadyTime = std::chrono::steady_clock::time_point;
    class Round;

    Async<Result<void>> step();
    Async<Result<void>> list();
    Async<Result<ListPage>> list_page(std::string next_page);
    Async<Result<void>> follow();
    void take(ListPage page);
    bool is_list_due() const;
    void note_up();
    void note_lost(Error error);
    void note_failure(const Error& error);
    SteadyTime known_at(SteadyTime now) const;
    Error outdated();
    std::string_view resource() const { return list_call().resource; }
    const KubeCall& list_call() const;
    const KubeCall& watch_call() const;

    WatchEvents::Of kind_;
    const WatchParts& parts_;
    WatchEvents& events_;
    std::string version_; // to go on from; empty: list first
    int failures_ = 0;    // since a watch has stood
    int outdated_ = 0;    // lists since an event came: the API forgets faster than we ask
    bool has_warned_ = false;
    std::optional<SteadyTime> listed_at_;
    std::optional<SteadyTime> down_since_;
};

// One ClusterWatch: both streams, and what they tell. Ends with cancel() and then join().
class KubeWatch {
public:
    explicit KubeWatch(const WatchParts& parts);

    Async<std::vector<ClusterEvent>> next() { return events_.next(); }

    void cancel() { scope_.cancel(); }
    Async<void> join() { return scope_.join(); }
    bool is_over() const { return scope_.running() == 0; }

private:
    WatchEvents events_;
    KubeStream jobs_;
    KubeStream pods_;
    TaskScope scope_;
};

} // namespace sluice
