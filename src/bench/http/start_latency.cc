// SPDX-License-Identifier: Apache-2.0
#include "bench/http/start_latency.h"

#include "bench/http/starts.h"
#include "bench/http/task_text.h"

namespace sluice::bench {

namespace {

constexpr std::chrono::minutes time_max{1};

Async<Result<double>> measure_start(Client& client, const std::string& request, Starts& starts)
{
    const SteadyTime begin = std::chrono::steady_clock::now();
    const Result<void> posted = co_await client.call(request, 201);
    if (!posted)
        co_return posted.error();
    const Result<Start> start = co_await starts.next();
    if (!start)
        co_return start.error();
    co_return millis_between(begin, start->at);
}

} // namespace

Async<Result<std::vector<double>>>
measure_starts(HttpFixture& fixture, std::int64_t size, std::chrono::milliseconds pause)
{
    Starts starts(fixture.executor());
    const Result<std::uint16_t> port = fixture.targets().listen(starts.on_call());
    if (!port)
        co_return port.error();
    const Result<std::unique_ptr<Client>> client = co_await fixture.connect();
    if (!client)
        co_return client.error();
    const auto task = [&](std::int64_t) { return TaskText{.id = "one", .port = *port}; };
    const std::string request = post_text(1, task);
    std::vector<double> millis;
    const SteadyTime end = std::chrono::steady_clock::now() + time_max;
    for (std::int64_t i = 0; i < size && std::chrono::steady_clock::now() < end; ++i) {
        co_await sleep_for(pause);
        const Result<double> one = co_await measure_start(**client, request, starts);
        if (!one)
            co_return one.error();
        millis.push_back(*one);
    }
    fixture.targets().forget(*port);
    co_return millis;
}

} // namespace sluice::bench
