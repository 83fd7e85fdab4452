// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "base/log.h"
#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// The benchmarks of the engine, run in this process on a real database (`sluice bench`). Everything
// that is answered is durable.
struct BenchOptions {
    std::string url;
    std::int64_t size = 0;     // how many tasks, operations, … ; 0: the benchmark's own default
    std::int64_t batch = 500;  // tasks of one submission
    std::int64_t clients = 64; // concurrent callers
    std::int64_t capacity = 4000; // attempts under way in the engine
    std::string queue = "bench";  // of cycle: two processes on one database have one each
    std::string payload = std::string(158, 'x');
};

struct Benchmark {
    std::string_view name;
    std::string_view method; // what is measured, in one or two sentences
    Result<Json> (*run)(const BenchOptions& options, const Log& log);
};

const std::vector<Benchmark>& benchmarks();

} // namespace sluice
