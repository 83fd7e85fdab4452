// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/metrics.h"
#include "model/workflow/run_words.h"
#include "workflows/cron_firing.h"
#include "workflows/trigger_polling.h"

#include <cstddef>
#include <string>

namespace sluice {

// What a Host counts, as text for Prometheus. Any thread.
class HostMeter {
public:
    HostMeter();

    void submitted() { submitted_.add(); }
    void ended(RunStatus status); // of a final run, by a commit of this process

    // How things stand on the loop.
    struct Reading {
        std::size_t places = 0;
        std::size_t running = 0;
        std::size_t overdue = 0;
        std::size_t deferred = 0;
        std::size_t busy_threads = 0;
        std::size_t followed = 0;
        std::size_t calls = 0;
        std::size_t cached_bytes = 0;
        std::size_t queued_writes = 0;
    };
    void set(const Reading& reading);

    // What was counted by now.
    void set(const CronFiring::Counts& cron, const TriggerPolling::Counts& triggers);

    std::string text() { return metrics_.text(); }

private:
    Metrics metrics_;
    Counter& submitted_;
    MetricFamily<Counter>& ended_;
    Counter& completed_;
    Counter& failed_;
    Counter& cancelled_;
    MetricFamily<Counter>& ticks_;
    MetricFamily<Counter>& questions_;
    Gauge& places_;
    Gauge& running_;
    Gauge& overdue_;
    Gauge& deferred_;
    Gauge& busy_threads_;
    Gauge& followed_;
    Gauge& calls_;
    Gauge& cached_bytes_;
    Gauge& queued_writes_;
};

} // namespace sluice
