// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/metrics.h"

#include <string_view>

namespace sluice {

// The requests that the API has answered. Any thread.
class RequestMetrics {
public:
    explicit RequestMetrics(Metrics& metrics);

    struct Answered {
        std::string_view endpoint; // pattern of the route, "/task/{id}"; empty: none was found
        std::string_view method;   // "GET"
        int status = 0;
        Micros took{0};
    };
    void answered(const Answered& request);

private:
    MetricFamily<Counter>& requests_;
    MetricFamily<Histogram>& durations_;
};

} // namespace sluice
