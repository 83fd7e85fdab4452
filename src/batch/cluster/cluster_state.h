// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/cluster.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sluice {

// What Kubernetes is known to hold, by job: the events of a watch put together. Plain data; events
// that come late or twice change nothing.
class ClusterState {
public:
    struct Seen {
        std::optional<SeenJob> job;
        std::map<std::string, SeenPod> pods; // by uid
    };

    struct News {
        std::set<std::string> jobs; // ids of those that something is new of
        std::vector<SeenPod> gone;  // as they were last
        bool listed = false;        // absence has come to mean something for all
    };
    News apply(const std::vector<ClusterEvent>& events);

    // Of a job of ours, by its id; null: nothing of it is seen.
    const Seen* find(const std::string& job_id) const;
    const std::map<std::string, Seen>& jobs() const { return jobs_; }

    // What is not seen does not exist.
    bool is_complete() const { return complete_; }

    // Why nothing is known; empty: it is, or nothing has come yet.
    const std::string& trouble() const { return trouble_; }

private:
    void apply(const ClusterEvent& event, News& news);
    void put_pod(const SeenPod& pod, News& news);
    void take_pod(const SeenPod& pod, News& news);
    void drop_if_empty(const std::string& job_id);

    std::map<std::string, Seen> jobs_;
    bool complete_ = false;
    std::string trouble_;
};

} // namespace sluice
