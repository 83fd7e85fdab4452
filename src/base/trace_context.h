// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.h"
#include "base/uid.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// Who continues whose work, as services tell each other (W3C Trace Context): a trace is everything
// that belongs together, a span is one piece of it.

struct TraceId {
    std::array<std::uint8_t, 16> bytes{}; // all zero: none

    friend bool operator==(const TraceId&, const TraceId&) = default;
};

struct SpanId {
    std::uint64_t value = 0; // 0: none

    friend bool operator==(const SpanId&, const SpanId&) = default;
};

struct TraceContext {
    TraceId trace;
    SpanId span;
    bool is_sampled = true; // it is recorded, and others should record theirs

    friend bool operator==(const TraceContext&, const TraceContext&) = default;
};

// Never zero.
TraceId new_trace_id(Random& random);
SpanId new_span_id(Random& random);

// The trace of an object with a public id: whoever knows the id finds the trace.
inline TraceId trace_of(const Uid& uid)
{
    return {uid};
}

std::string format_trace_id(const TraceId& id); // 32 hexadecimal digits
std::string format_span_id(SpanId id);          // 16

// The value of the header `traceparent`.
std::string format_traceparent(const TraceContext& context);

// Of any version, with what later ones may append. Nothing: it is not one, and the trace starts
// anew.
std::optional<TraceContext> parse_traceparent(std::string_view text);

} // namespace sluice
