// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/log.h"
#include "base/time.h"
#include "store/store_clock.h"
#include "workflows/call_error.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// Which schedules a Host fires, and how.
struct CronSettings {
    bool enabled = true;                               // triggers are asked all the same
    int catchup_ticks_max = 100;                       // 1 to 10,000
    bool retries_failed = true;                        // ticks whose run could not be created, …
    Micros retry_interval = std::chrono::seconds(300); // … this often, at least a second, …
    Micros retry_age_max = std::chrono::hours(24);     // … until they are as old as this, …
    int retries_max = 3;                               // … so often over all processes
};

struct HostOptions {
    enum class Mode : std::uint8_t { both, scheduler_only, executor_only };

    std::string url;
    std::string schema = {}; // of PostgreSQL; empty: what the URL says
    std::string name = {};   // shown to users; empty: host and process

    std::size_t slots = 4; // 1 to 10,000: bodies at once
    Micros task_timeout = std::chrono::seconds(300);
    Micros run_timeout = std::chrono::seconds(3600);
    Micros heartbeat = std::chrono::seconds(10);
    Micros lease = std::chrono::seconds(60);
    Mode mode = Mode::both;
    bool recovers = true; // at once what a dead process has left; else when its lease ends
    CronSettings cron = {};
    std::size_t context_bytes_max = std::size_t{16} << 20; // 1 KiB to 256 MiB
    std::size_t body_threads_max = 1024;
    std::size_t deferred_max = 1000;
    std::optional<Micros> abandon_unknown_after = {};

    // On the callback thread; null: nothing is logged.
    std::function<void(LogLevel level, std::string_view line)> log = {};

    const ClockSource* clock = nullptr; // borrowed; null: the machine's
};

// Names each option that is out of its bounds.
std::optional<CallError> problem_of(const HostOptions& options);

} // namespace sluice
