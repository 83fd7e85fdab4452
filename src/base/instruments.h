// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace sluice {

// What counts and measures: one series of a metric each. Made by Metrics (base/metrics.h) and as
// long-lived; safe from any thread. Relaxed everywhere: nobody concludes from one to another.

class Counter {
public:
    static constexpr std::string_view type_name = "counter";

    void add(std::uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

class Gauge {
public:
    static constexpr std::string_view type_name = "gauge";

    void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
    void add(std::int64_t change) { value_.fetch_add(change, std::memory_order_relaxed); }
    std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> value_{0};
};

// How a histogram divides what it observes. It calculates with whole numbers, so that its sum is
// exact and one atomic addition; the text shows them divided by `scale`.
struct Buckets {
    std::vector<std::int64_t> bounds; // of each bucket the largest value; ascending
    std::int64_t scale = 1;

    static Buckets of_numbers(std::vector<std::int64_t> bounds);
    static Buckets of_times(const std::vector<Micros>& bounds); // shown in seconds
};

class Histogram {
public:
    static constexpr std::string_view type_name = "histogram";

    explicit Histogram(const Buckets& buckets); // borrowed

    // Two atomic additions. What is below zero (a clock was set) counts as zero: sums do not fall.
    void observe(std::int64_t value);
    void observe(Micros time) { observe(time.count()); }

    struct Reading {
        std::vector<std::uint64_t> counts; // of each bucket alone; one more for what is above all
        std::int64_t sum = 0;
    };
    Reading read() const;
    const Buckets& buckets() const { return buckets_; }

private:
    const Buckets& buckets_;
    std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;
    std::atomic<std::int64_t> sum_{0};
};

} // namespace sluice
