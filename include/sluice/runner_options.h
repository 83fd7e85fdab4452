// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::workflows {

// What a Runner does of the work on its database.
enum class Mode {
    both,
    scheduler_only, // fires schedules; runs no bodies. It needs the definitions only to submit them
    executor_only,  // runs bodies; fires no schedules and asks no triggers
};

enum class LogLevel { debug, info, warning, error };

struct CronOptions {
    bool enabled = true;              // this Runner fires schedules; triggers it asks anyway
    int max_catchup_executions = 100; // 1 to 10,000; of Catchup::run_all
    bool enable_recovery = true;      // times whose run could not be created are tried again, …
    std::chrono::seconds recovery_interval{300};   // … this often, at least a second, …
    std::chrono::seconds max_recovery_age{86'400}; // … until they are as old as this, …
    int max_recovery_attempts = 3;                 // … at most so many times, over all Runners

    // Accepted and shown. A time and its run are written in one transaction, so none is ever lost
    // between the two.
    std::chrono::minutes lost_threshold{10};
};

// Checked by the constructor: Error, invalid, names each option that is out of its bounds.
struct RunnerOptions {
    std::size_t max_concurrent_tasks = 4; // 1 to 10,000; bodies at once, the slots

    // Of one attempt, unless the task has its own; of a run as a whole, by the time that it was
    // created. At least a millisecond each.
    std::chrono::milliseconds task_timeout{300'000};
    std::chrono::milliseconds run_timeout{3'600'000};

    // How often the database hears that this Runner lives, and for how long that holds when its
    // process dies unseen, on another machine. On the same one it is seen at once. A lease is at
    // least three heartbeats; a heartbeat at least 100 ms.
    std::chrono::milliseconds heartbeat{10'000};
    std::chrono::milliseconds lease{60'000};

    Mode mode = Mode::both;
    CronOptions cron = {};

    // Of an initial context and of each output; 1 KiB to 256 MiB.
    std::size_t context_bytes_max = std::size_t{16} << 20;

    // Threads for bodies, those that wait or are overdue included; and bodies that may wait in
    // defer_until without a slot (more keep theirs).
    std::size_t body_threads_max = 1'024;
    std::size_t deferred_max = 1'000;

    // Tasks of workflows that no Runner knows fail after this time; nothing: when the run's time
    // has run out.
    std::optional<std::chrono::milliseconds> abandon_unknown_after = {};

    // Called on a thread of its own, one line at a time; what it throws is ignored, and when it is
    // slow lines are dropped. By default nothing is logged.
    std::function<void(LogLevel level, std::string_view line)> log = {};

    std::string name = {}; // shown where people ask who runs what; by default host and process
};

} // namespace sluice::workflows
