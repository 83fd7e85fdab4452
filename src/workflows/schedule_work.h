// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workflows/cron_firing.h"
#include "workflows/host_options.h"
#include "workflows/trigger_firing.h"
#include "workflows/trigger_polling.h"

#include <string>

namespace sluice {

// What a Host does about schedules and triggers by itself: it fires those that are due, and asks
// functions. On the loop; what it is given outlives it, but for functions that still run at its
// end.
class ScheduleWork {
public:
    struct Needs {
        asio::any_io_executor loop;
        Store& store;
        BodyThreads& threads;
        FindNamespace find = {};
    };

    ScheduleWork(Needs needs, const HostOptions& options, Log log);

    // Whether a Host with these options does so at all. Without cron it asks functions only.
    static bool is_wanted(const HostOptions& options);

    // From here on. stop() comes before the engine's, also without start().
    void start();
    Async<void> stop();

    void changed(const Changes& changes);

    // From here on this is the function of that name.
    void add(RegisteredTrigger trigger) { polling_.add(std::move(trigger)); }

    // What a user asks for, also without start(). `context` is one as it is stored. Errors: see
    // TriggerFiring.
    Async<Result<Submitted>> fire(StoredSchedule trigger, std::string context);

    const CronFiring::Counts& cron_counts() const { return firing_.counts(); }
    const TriggerPolling::Counts& trigger_counts() const { return polling_.counts(); }

private:
    bool fires_cron_;
    StoredWorkflows workflows_;
    TriggerFiring triggers_;
    CronFiring firing_;
    TriggerPolling polling_;
};

} // namespace sluice
