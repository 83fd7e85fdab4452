// SPDX-License-Identifier: Apache-2.0
#include "base/instruments.h"

#include "base/assert.h"

#include <algorithm>
#include <utility>

namespace sluice {

Buckets Buckets::of_numbers(std::vector<std::int64_t> bounds)
{
    SLUICE_ASSERT(std::ranges::is_sorted(bounds, std::ranges::less_equal()));
    return {std::move(bounds), 1};
}

Buckets Buckets::of_times(const std::vector<Micros>& bounds)
{
    std::vector<std::int64_t> numbers;
    for (const Micros bound : bounds)
        numbers.push_back(bound.count());
    Buckets buckets = of_numbers(std::move(numbers));
    buckets.scale = Micros(std::chrono::seconds(1)).count();
    return buckets;
}

Histogram::Histogram(const Buckets& buckets)
    : buckets_(buckets),
      counts_(std::make_unique<std::atomic<std::uint64_t>[]>(buckets.bounds.size() + 1))
{}

void Histogram::observe(std::int64_t value)
{
    value = std::max<std::int64_t>(value, 0);
    const auto bound = std::ranges::lower_bound(buckets_.bounds, value);
    counts_[static_cast<std::size_t>(bound - buckets_.bounds.begin())].fetch_add(
        1, std::memory_order_relaxed
    );
    sum_.fetch_add(value, std::memory_order_relaxed);
}

Histogram::Reading Histogram::read() const
{
    Reading reading;
    for (std::size_t i = 0; i <= buckets_.bounds.size(); ++i)
        reading.counts.push_back(counts_[i].load(std::memory_order_relaxed));
    reading.sum = sum_.load(std::memory_order_relaxed);
    return reading;
}

} // namespace sluice
