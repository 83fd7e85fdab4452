// SPDX-License-Identifier: Apache-2.0
#include "net/trace/sampler.h"

namespace sluice {

namespace {

std::uint64_t number_at(const TraceId& trace, std::size_t at)
{
    std::uint64_t number = 0;
    for (std::size_t i = at; i < at + 8; ++i)
        number = number << 8 | trace.bytes[i];
    return number;
}

// Evenly in [0, 1). The id of a task is no chance as it stands: it has a time and a count.
double place_of(const TraceId& trace)
{
    SeededRandom back(number_at(trace, 8));
    SeededRandom both(number_at(trace, 0) ^ back.next());
    constexpr double step = 1.0 / (std::uint64_t{1} << 53);
    return static_cast<double>(both.next() >> 11) * step;
}

} // namespace

bool is_sampled(
    const Sampler& sampler, const TraceId& trace, const std::optional<TraceContext>& parent
)
{
    if (parent && sampler.parent == Sampler::Parent::followed)
        return parent->is_sampled;
    return place_of(trace) < sampler.ratio;
}

} // namespace sluice
