// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/metrics.h"

namespace sluice {

// What retention removes. Any thread.
class RetentionMetrics {
public:
    enum class End : std::uint8_t { success, failure };

    explicit RetentionMetrics(Metrics& metrics);

    // One pass, which has removed so many tasks, also when it failed in the end.
    void passed(End end, std::uint64_t tasks, Micros took);

private:
    Counter& tasks_;
    MetricFamily<Counter>& passes_;
    Histogram& durations_;
};

} // namespace sluice
