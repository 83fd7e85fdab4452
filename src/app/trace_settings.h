// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "net/http.h"
#include "net/trace/sampler.h"

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

struct Config;

// By the names of OTEL_TRACES_SAMPLER.
enum class TraceSampler : std::uint8_t {
    always_on,
    always_off,
    trace_id_ratio,
    parent_always_on,
    parent_always_off,
    parent_ratio,
};

struct TraceSettings {
    std::optional<bool> enabled;      // nothing: when there is an endpoint
    std::string endpoint = {};        // of a collector
    std::string traces_endpoint = {}; // for traces alone, as it is; stronger
    Headers headers = {};
    std::string service_name = "sluice";
    TraceSampler sampler = TraceSampler::parent_ratio;
    double ratio = 1;
};

// Where traces are sent; empty: none are made.
std::string traces_url(const TraceSettings& settings);

Sampler sampler_of(const TraceSettings& settings);

// How they are read and shown; the table is in settings.cc. Errors: invalid, saying what is
// accepted.

Result<void> set_tracing(Config& config, std::string_view text);
std::string show_tracing(const Config& config);
Result<void> set_otlp_endpoint(Config& config, std::string_view text);
std::string show_otlp_endpoint(const Config& config);
Result<void> set_otlp_traces_endpoint(Config& config, std::string_view text);
std::string show_otlp_traces_endpoint(const Config& config);

// NAME=VALUE, separated by commas; values are percent-encoded. They may be secrets.
Result<void> set_otlp_headers(Config& config, std::string_view text);
std::string show_otlp_headers(const Config& config);

Result<void> set_service_name(Config& config, std::string_view text);
std::string show_service_name(const Config& config);
Result<void> set_trace_sampler(Config& config, std::string_view text);
std::string show_trace_sampler(const Config& config);
Result<void> set_trace_ratio(Config& config, std::string_view text);
std::string show_trace_ratio(const Config& config);

} // namespace sluice
