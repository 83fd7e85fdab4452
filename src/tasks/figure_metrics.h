// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/metrics.h"
#include "store/feed_rows.h"

namespace sluice {

// Shows what was looked up last: set before the text is made. Lives on the loop.
class FigureMetrics {
public:
    explicit FigureMetrics(Metrics& metrics);
    FigureMetrics(const FigureMetrics&) = delete;
    FigureMetrics& operator=(const FigureMetrics&) = delete;

    void set(TaskFigures figures);

private:
    void show_running_kinds(MetricFamily<Gauge>& gauges) const;

    MetricFamily<Gauge>& by_status_;
    Gauge& deliveries_pending_;
    TaskFigures figures_;
};

} // namespace sluice
