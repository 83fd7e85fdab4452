// SPDX-License-Identifier: Apache-2.0
// http-memory, http-connections: what the server keeps in memory.
#include "bench/http/figures.h"
#include "bench/http/http_benchmarks.h"
#include "bench/http/posts.h"

#include <fmt/format.h>

namespace sluice::bench {

namespace {

constexpr std::chrono::seconds settling_time{2}; // the server's buffers are given back by then

Async<Result<Json>> memory_body(HttpFixture& fixture)
{
    const std::int64_t tasks = given_or(fixture.options().tasks, 1'000'000);
    Targets::OnCall nobody;
    const Result<std::uint16_t> port = fixture.targets().listen(std::move(nobody));
    if (!port)
        co_return port.error();
    const double before = fixture.server().resident_mib();
    const MakeTask task = [port = *port](std::int64_t i) {
        TaskText text{.id = std::to_string(i), .port = port};
        text.members = in_a_year;
        return text;
    };
    const Result<PostFigures> loaded = co_await load(fixture, tasks, task);
    if (!loaded)
        co_return loaded.error();
    co_await sleep_for(settling_time);
    const Json figures{
        {"tasks", tasks},
        {"posted_tasks_per_s", per_second(tasks, loaded->seconds)},
        {"resident_mib_before", before},
        {"resident_mib", fixture.server().resident_mib()}};
    co_return json_result(figures);
}

// One more client that has asked for the path and is there.
Async<Result<std::unique_ptr<Client>>> open_one(HttpFixture& fixture, const std::string& request)
{
    Result<std::unique_ptr<Client>> client = co_await fixture.connect();
    if (!client)
        co_return client.error();
    const Result<int> status = co_await (*client)->open(request);
    if (!status)
        co_return status.error();
    if (*status != 200)
        co_return (*client)->refusal();
    co_return client;
}

Async<Result<Json>> connections_body(HttpFixture& fixture)
{
    const std::int64_t count = given_or(fixture.options().clients, 10'000);
    const std::string request = request_text("GET", fixture.options().path);
    const double before = fixture.server().resident_mib();
    std::vector<std::unique_ptr<Client>> clients;
    for (std::int64_t i = 0; i < count; ++i) {
        Result<std::unique_ptr<Client>> client = co_await open_one(fixture, request);
        if (!client)
            co_return with_context(
                fmt::format("connection {} of {}", i + 1, count), client.error()
            );
        clients.push_back(*std::move(client));
    }
    co_await sleep_for(settling_time);
    const double after = fixture.server().resident_mib();
    const Json figures{
        {"connections", count},
        {"resident_mib_before", before},
        {"resident_mib", after},
        {"kib_per_connection", (after - before) * 1024 / static_cast<double>(count)}};
    co_return json_result(figures);
}

} // namespace

Result<Json> http_memory(const HttpBenchOptions& options, const Log& log)
{
    return HttpFixture::run(options, log, [](HttpFixture& fixture) {
        return memory_body(fixture);
    });
}

Result<Json> http_connections(const HttpBenchOptions& options, const Log& log)
{
    return HttpFixture::run(options, log, [](HttpFixture& fixture) {
        return connections_body(fixture);
    });
}

} // namespace sluice::bench
