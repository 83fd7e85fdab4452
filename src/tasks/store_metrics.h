// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/metrics.h"

#include <string_view>

namespace sluice {

// What the database has to do for the service, and how the service protects it. Any thread.
class StoreMetrics {
public:
    struct Limits {
        Micros slow_after = std::chrono::seconds(1); // a statement that takes longer is slow
    };
    enum class Breaker : std::uint8_t { closed, open, half_open };

    StoreMetrics(Metrics& metrics, Limits limits);

    void statement_ran(std::string_view name, Micros took);
    void group_written(std::size_t operations) // as one transaction
    {
        group_sizes_.observe(static_cast<std::int64_t>(operations));
    }
    void queue_is(std::size_t depth) { queue_depth_.set(static_cast<std::int64_t>(depth)); }

    void overloaded() { overloads_.add(); } // a request was sent away
    void breaker_became(Breaker state);
    void breaker_refused() { rejections_.add(); }

private:
    Limits limits_;
    MetricFamily<Histogram>& statements_;
    MetricFamily<Counter>& slow_statements_;
    Histogram& group_sizes_;
    Gauge& queue_depth_;
    Counter& overloads_;
    MetricFamily<Counter>& breaker_states_;
    Counter& rejections_;
};

} // namespace sluice
