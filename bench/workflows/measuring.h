// SPDX-License-Identifier: Apache-2.0
// What the benchmarks measure with.
#pragma once

#include "bench.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace workflow_bench {

using Clock = std::chrono::steady_clock;

// Bodies at once where throughput is measured; by default a Runner has four.
inline constexpr std::size_t places = 96;

inline constexpr std::size_t clients_default = 32;

inline std::size_t or_default(std::size_t said, std::size_t by_default)
{
    return said == 0 ? by_default : said;
}

inline double seconds_since(Clock::time_point begin)
{
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Throws std::runtime_error unless it is so.
void expect(bool is_so, const std::string& what);

// Calls work(0) … work(count - 1), from so many threads; throws what the first bad call has thrown.
void for_each(std::size_t count, std::size_t clients, const std::function<void(std::size_t)>& work);

// That so many runs of a workflow complete, from so many threads; milliseconds of each.
std::vector<double> run_many(
    sluice::workflows::Runner& runner, const std::string& workflow, std::size_t count,
    std::size_t clients
);

// `share` of all are at most this; 0 of nothing.
double percentile(std::vector<double> values, double share);

// What the kernel says of this process.
double resident_mib();
double cpu_seconds(); // of all its threads, since its start
std::size_t threads();

// Counts what happens on other threads. One thread waits.
class Counter {
public:
    void add();

    // Throws when `wanted` have not come after so long.
    void wait_for(std::size_t wanted, std::chrono::seconds limit, const std::string& of_what);

private:
    std::mutex mutex_;
    std::condition_variable reached_;
    std::size_t count_ = 0;
    std::size_t wanted_ = 0; // who waits is woken once
};

} // namespace workflow_bench
