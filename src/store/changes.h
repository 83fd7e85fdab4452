// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/time.h"
#include "store/execution_rows.h"
#include "store/held_lease.h"

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
    std::vector<HeldLease> lost_leases; // canceled, timed out or displaced
    std::vector<TaskId> early_ends;     // by their targets, while the start is under way
    std::optional<Time> earliest_due;   // a timer, timeout or lease end was set to this time
    bool sweep = false;                 // a run owes a sweep
    bool doomed_outputs = false;
    bool cluster_jobs = false;        // one that runs on Kubernetes has come
    bool owed = false;                // webhooks are to be sent
    std::optional<Time> schedule_due; // a schedule is to be looked at then
    bool moved = false;               // tasks of the service: the feed has a row more
    bool from_outside = false;        // another process wrote: anything may have changed
    bool told = false; // but of queues, runs, leases, jobs on Kubernetes only what is named here

    // Of workflows in code: what this process has ended itself, so that it need not read it. Others
    // are told by final_runs, and read.
    std::vector<SharedEnd> ends;
    std::vector<EndedRun> ended_runs;

    // Nobody is to ask their functions any more: disabled, deleted, or without a workflow. Other
    // processes see it when they renew what they have taken.
    std::vector<ScheduleId> idle_triggers;

    // Other processes may wait for this. Those who watch the feed look by themselves.
    bool concerns_others() const
    {
        return !ready_queues.empty() || !final_runs.empty() || !lost_leases.empty() ||
               !early_ends.empty() || earliest_due || sweep || doomed_outputs || cluster_jobs ||
               owed || schedule_due || from_outside;
    }

    bool empty() const
    {
        return !concerns_others() && !moved && ends.empty() && ended_runs.empty() &&
               idle_triggers.empty();
    }

    void due(std::optional<Time> time) { keep_earlier(earliest_due, time); }

    static void keep_earlier(std::optional<Time>& earliest, std::optional<Time> time)
    {
        if (time && (!earliest || *time < *earliest))
            earliest = time;
    }
};

using OnChanges = std::function<void(const Changes&)>;

} // namespace sluice
