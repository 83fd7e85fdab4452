// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/http/client.h"
#include "bench/http/server_process.h"
#include "bench/http/targets.h"

#include <functional>
#include <string>

namespace sluice::bench {

// What a benchmark over HTTP works with: a server, targets for its webhooks, and connections.
class HttpFixture {
public:
    using Body = std::function<Async<Result<Json>>(HttpFixture&)>;
    using Caller = std::function<Async<Result<void>>(Client&)>;

    // Starts the server, runs the body on the loop, ends the server.
    static Result<Json> run(const HttpBenchOptions& options, const Log& log, Body body);

    HttpFixture(
        asio::any_io_executor executor, const ServerProcess& server,
        const HttpBenchOptions& options, const Log& log
    );

    const asio::any_io_executor& executor() const { return executor_; }
    const HttpBenchOptions& options() const { return options_; }
    const ServerProcess& server() const { return server_; }
    Targets& targets() { return targets_; }
    const Log& log() const { return log_; }

    // A new connection. Errors: unavailable.
    Async<Result<std::unique_ptr<Client>>> connect();

    // Runs `caller` on `count` new connections at the same time, and returns when all have ended:
    // the first error of one, if any.
    Async<Result<void>> on_connections(std::int64_t count, const Caller& caller);

private:
    asio::any_io_executor executor_;
    const ServerProcess& server_;
    HttpBenchOptions options_;
    Log log_;
    Targets targets_;
};

// What the user gave, or the benchmark's own default.
inline std::int64_t given_or(std::int64_t given, std::int64_t standard)
{
    return given > 0 ? given : standard;
}

} // namespace sluice::bench
