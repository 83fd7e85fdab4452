// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "base/time.h"
#include "base/trace_context.h"

#include <optional>
#include <string>

namespace sluice {

enum class SpanKind : std::uint8_t { server, client };

// One piece of a trace, when it is over.
struct Span {
    TraceContext context;
    std::optional<SpanId> parent = {};
    SpanKind kind = SpanKind::server;
    std::string name = {};
    Time begun = {};
    Time ended = {};
    Json attributes = Json::object(); // texts and whole numbers, by their names
    std::string error = {};           // what kind of failure it was; empty: it was none
};

} // namespace sluice
