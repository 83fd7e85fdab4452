// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/signal.h"
#include "kube/cluster.h"

#include <array>
#include <unordered_map>

namespace sluice {

// Puts together what lists and streams say, for one ClusterWatch: each state is told once, what a
// list leaves out has gone, and no pod comes back from its end. Lives on the loop.
class WatchEvents {
public:
    enum class Of : std::uint8_t { jobs, pods };

    explicit WatchEvents(asio::any_io_executor executor);

    void saw(SeenJob job);
    void saw(SeenPod pod);
    void gone(SeenJob job);
    void gone(SeenPod pod);

    // What is not seen between the two has gone. A list that is given up has no end.
    void begin_list(Of kind);
    void end_list(Of kind);

    // `away` is told once until all is known again, and once more when the reason comes to be that
    // we lack a right: no waiting will mend that.
    void lost(Of kind, Error error);

    // Waits until there is something to tell. Objects that change meanwhile are told as they are
    // by then, so that what waits is never more than what exists.
    Async<std::vector<ClusterEvent>> next();

private:
    template <class Seen>
    struct Known {
        struct Entry {
            Seen seen;
            bool is_listed = false; // since begin_list()
        };
        std::unordered_map<std::string, Entry> by_uid;
        bool is_complete = false;
    };

    template <class Seen>
    void put(Known<Seen>& known, Seen seen);
    template <class Seen>
    void take(Known<Seen>& known, Seen seen);
    template <class Seen>
    void begin(Known<Seen>& known);
    template <class Seen>
    void end(Known<Seen>& known);

    enum class Change : std::uint8_t { is, gone };
    void tell(SeenJob job, Change change);
    void tell(SeenPod pod, Change change);
    void push(ClusterEvent event, const std::string& uid);

    Known<SeenJob> jobs_;
    Known<SeenPod> pods_;
    std::vector<ClusterEvent> waiting_;
    std::unordered_map<std::string, std::size_t> places_; // in waiting_, by uid
    Signal news_;

    enum class Told : std::uint8_t { nothing, listed, away, no_right };
    Told told_ = Told::nothing;
};

} // namespace sluice
