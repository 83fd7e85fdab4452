// SPDX-License-Identifier: Apache-2.0
#include "tasks/request_metrics.h"

#include <fmt/format.h>

namespace sluice {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Up to a long poll.
Buckets answer_times()
{
    return Buckets::of_times(
        {milliseconds(1), milliseconds(2), milliseconds(5), milliseconds(10), milliseconds(25),
         milliseconds(50), milliseconds(100), milliseconds(250), milliseconds(500), seconds(1),
         milliseconds(2500), seconds(5), seconds(10), seconds(30)}
    );
}

// Whoever scans for pages makes no series of his own: paths are never a label.
constexpr std::string_view no_endpoint = "unknown";

} // namespace

RequestMetrics::RequestMetrics(Metrics& metrics)
    : requests_(metrics.counters(
          {"api_http_requests_total", "Answered requests.", {"endpoint", "method", "status"}}
      )),
      durations_(metrics.histograms(
          {"api_http_requests_duration_seconds",
           "Time from the head of a request to the last byte of its answer.",
           {"endpoint", "method", "status"}},
          answer_times()
      ))
{}

void RequestMetrics::answered(const Answered& request)
{
    const fmt::format_int status(request.status);
    const std::string_view status_text(status.data(), status.size());
    const std::string_view endpoint = request.endpoint.empty() ? no_endpoint : request.endpoint;
    requests_.of({endpoint, request.method, status_text}).add();
    durations_.of({endpoint, request.method, status_text}).observe(request.took);
}

} // namespace sluice
