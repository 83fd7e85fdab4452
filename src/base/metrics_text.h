// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/metrics.h"

#include <span>
#include <string>

namespace sluice {

// The text exposition format of Prometheus, version 0.0.4.

// The lines before the series of a family.
void write_title(std::string& text, const MetricTitle& title, std::string_view type);

struct SeriesName {
    std::string_view metric;
    std::string labels; // as in the braces: `kind="a",outcome="success"`
};

SeriesName series_name(const MetricTitle& title, std::span<const std::string> values);

void write_series(std::string& text, const SeriesName& name, const Counter& counter);
void write_series(std::string& text, const SeriesName& name, const Gauge& gauge);
void write_series(std::string& text, const SeriesName& name, const Histogram& histogram);

// Letters, digits and '_', no digit first; names of metrics may have ':'.
bool is_metric_name(std::string_view name);
bool is_label_name(std::string_view name);

} // namespace sluice
