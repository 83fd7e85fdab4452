// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/trace_context.h"

#include <optional>

namespace sluice {

// Which traces are recorded.
struct Sampler {
    enum class Parent : std::uint8_t {
        followed, // what others have begun is recorded when they do
        ignored,
    };

    double ratio = 1; // of all other traces, from 0 to 1
    Parent parent = Parent::followed;
};

// The same for all spans of a trace, in each process; whoever raises the ratio keeps what was
// recorded before.
bool is_sampled(
    const Sampler& sampler, const TraceId& trace, const std::optional<TraceContext>& parent
);

} // namespace sluice
