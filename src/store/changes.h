// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/time.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

// What a committed group of writes has brought about, as far as somebody may be waiting for it.
struct Changes {
    std::vector<std::shared_ptr<const std::string>>
        ready_queues; // something became claimable there
    std::vector<RunId> final_runs;
    std::vector<TaskId> lost_leases;  // canceled, paused or timed out while a worker holds them
    std::optional<Time> earliest_due; // a timer, timeout or lease end was set to this time
    bool sweep = false;               // a run owes a sweep
    bool doomed_outputs = false;
    bool owed = false;         // webhooks are to be sent
    bool moved = false;        // tasks of the service: the feed has a row more
    bool from_outside = false; // another process wrote: anything may have changed

    // Other processes may wait for this. Those who watch the feed look by themselves.
    bool concerns_others() const
    {
        return !ready_queues.empty() || !final_runs.empty() || !lost_leases.empty() ||
               earliest_due || sweep || doomed_outputs || owed || from_outside;
    }

    bool empty() const { return !concerns_others() && !moved; }

    void due(std::optional<Time> time)
    {
        if (time && (!earliest_due || *time < *earliest_due))
            earliest_due = time;
    }
};

using OnChanges = std::function<void(const Changes&)>;

} // namespace sluice
