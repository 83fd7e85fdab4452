// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "bench/bench.h"
#include "engine/engine.h"
#include "engine/submit.h"
#include "exec/function_executor.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <unordered_map>

namespace sluice::bench {

using SteadyTime = std::chrono::steady_clock::time_point;

double seconds_since(SteadyTime start);

// An engine on a database of its own with an executor of no-op functions.
class Fixture {
public:
    using Body = std::function<Async<Result<Json>>(Fixture&)>;

    // Opens the database, runs the body on the loop, closes.
    static Result<Json> run(const BenchOptions& options, const Log& log, Body body);

    Fixture(asio::io_context& loop, Store& store, const BenchOptions& options, const Log& log);

    Store& store() { return store_; }
    Engine& engine() { return engine_; }
    const BenchOptions& options() const { return options_; }
    asio::any_io_executor executor() { return loop_.get_executor(); }

    // Starts serving these queues with a function that does nothing.
    Async<Result<void>> serve(std::vector<std::string> queues);

    std::int64_t executed() const { return executed_; } // tasks that the no-op function has seen

    // Until so many runs have become final since the start, whoever's they are.
    Async<void> wait_for_final_runs(std::int64_t count);

    Submit submission(std::string queue, std::size_t tasks) const;

private:
    asio::io_context& loop_;
    Store& store_;
    BenchOptions options_;
    Engine engine_;
    FunctionExecutor functions_;
    Signal changed_;
    std::int64_t executed_ = 0;
    std::int64_t final_runs_ = 0;
};

// Runs `clients` copies of a coroutine at the same time and returns when all have ended.
Async<void>
all(Fixture& fixture, std::int64_t clients, std::function<Async<void>(std::int64_t)> client);

// Latencies in milliseconds: "p50_ms", "p99_ms", "max_ms".
Json percentiles(std::vector<double> millis);

} // namespace sluice::bench
