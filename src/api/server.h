// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/page_sizes.h"
#include "api/store_breaker.h"
#include "async/async.h"
#include "base/log.h"
#include "base/time.h"
#include "net/rate_limit.h"
#include "net/server.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace sluice {

class Engine;
class Jobs;
class TaskService;
class Tracer;
class WorkerThreads;

// The HTTP API of `sluice serve`. Everything it is given outlives it. Lives on the loop; the owner
// ends it with `co_await stop(…)`. It serves also while the engine is being stopped, and after.
class ApiServer {
public:
    enum class Exposure : std::uint8_t {
        guarded,  // without API keys only loopback addresses are served
        insecure, // any address, open for as long as there are no keys
    };

    struct Options {
        std::string version; // of the program, for /version
        Exposure exposure = Exposure::guarded;
        std::chrono::milliseconds poll_max{30'000};   // of one long poll
        Micros lease = std::chrono::seconds(60);      // of remote workers
        Micros lost_lease = std::chrono::seconds(10); // what is left when their connection breaks
        std::chrono::milliseconds key_cache{5'000};   // so long a revoked key may still work
        PageSizes pages;                              // of the task service's lists
        StoreBreaker::Options breaker;
        // Above it new submissions are refused with 503, above twice as many all writes are.
        std::size_t writes_waiting_max = 10'000;
        std::optional<RateLimit::Options> rate_limit; // of one key or address; nothing: none
        std::size_t submission_bytes_max = 32u << 20; // body of POST /task
        std::string advertise_url; // where other servers reach this one; empty: there are none
        ServerLimits limits;
    };

    // What it serves.
    struct Parts {
        Engine& engine;
        Jobs& jobs;
        TaskService& tasks;
        WorkerThreads& threads;
        Tracer* tracer = nullptr; // of requests; null: no traces are made
    };

    ApiServer(asio::any_io_executor executor, const Parts& parts, Options options, Log log);
    ~ApiServer();

    // Begins to serve; 0 takes any free port. May be called for several addresses. Result: the
    // port. Errors: invalid (not an IP address; not a loopback address while there are no API keys
    // and the exposure is guarded), unavailable (the port is taken, the database is away).
    Async<Result<std::uint16_t>> start(std::string address, std::uint16_t port);

    // Says "not ready" from now on, and serves as before: what runs may still be reported.
    void drain();

    // Drains, ends long polls, waits up to `patience` for requests under way.
    Async<void> stop(std::chrono::milliseconds patience);

    // Whether callers need an API key, or a token for one task, as far as was known last.
    bool requires_keys() const;

    const Router& router() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace sluice
