// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/trace/span.h"

#include <span>
#include <string_view>

namespace sluice {

// OTLP, the protocol of OpenTelemetry, over HTTP and in JSON.

// Who has made the spans.
struct TraceSource {
    std::string service_name = "sluice";
    std::string version = {};
    std::string instance = {}; // one process
};

// The body of a request to `/v1/traces`.
Json otlp_request(const TraceSource& source, std::span<const Span> spans);

// The answers after which the same spans may be sent again: 429, 502, 503 and 504, and no others.
bool may_resend(int status);

// Spans that the collector has not taken although it answered 200.
struct Rejection {
    std::uint64_t count = 0;
    std::string why = {};
};

Rejection rejection_in(std::string_view answer);

} // namespace sluice
