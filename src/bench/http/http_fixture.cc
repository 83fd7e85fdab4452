// SPDX-License-Identifier: Apache-2.0
#include "bench/http/http_fixture.h"

#include "async/run_on.h"

#include <sys/resource.h>

namespace sluice::bench {

namespace {

// Thousands of connections, in this process and in the server, which inherits the limit.
void raise_limit_of_descriptors()
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

Async<Result<Json>> run_body(HttpFixture& fixture, HttpFixture::Body body)
{
    Result<Json> result = co_await body(fixture);
    co_await fixture.targets().stop();
    co_return result;
}

Async<void>
run_caller(const HttpFixture::Caller& caller, Client& client, std::optional<Error>& failed)
{
    const Result<void> done = co_await caller(client);
    if (!done && !failed)
        failed = done.error();
}

} // namespace

Result<Json> HttpFixture::run(const HttpBenchOptions& options, const Log& log, Body body)
{
    raise_limit_of_descriptors();
    const Result<std::unique_ptr<ServerProcess>> server = ServerProcess::start(options);
    if (!server)
        return server.error();
    asio::io_context loop(1);
    HttpFixture fixture(loop.get_executor(), **server, options, log);
    return run_on(loop, run_body(fixture, std::move(body)));
}

HttpFixture::HttpFixture(
    asio::any_io_executor executor, const ServerProcess& server, const HttpBenchOptions& options,
    const Log& log
)
    : executor_(std::move(executor)),
      server_(server),
      options_(options),
      log_(log),
      targets_(executor_, log)
{}

Async<Result<std::unique_ptr<Client>>> HttpFixture::connect()
{
    auto client = std::make_unique<Client>(executor_);
    const Result<void> connected = co_await client->connect(server_.port());
    if (!connected)
        co_return connected.error();
    co_return std::move(client);
}

Async<Result<void>> HttpFixture::on_connections(std::int64_t count, const Caller& caller)
{
    std::vector<std::unique_ptr<Client>> clients;
    for (std::int64_t i = 0; i < count; ++i) {
        Result<std::unique_ptr<Client>> client = co_await connect();
        if (!client)
            co_return client.error();
        clients.push_back(*std::move(client));
    }
    std::optional<Error> failed;
    TaskScope scope(executor_, log_);
    for (const std::unique_ptr<Client>& client : clients)
        scope.spawn(run_caller(caller, *client, failed));
    co_await scope.join();
    if (failed)
        co_return *failed;
    co_return Result<void>();
}

} // namespace sluice::bench
