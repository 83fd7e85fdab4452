// SPDX-License-Identifier: Apache-2.0
// latency, dag, chain: how long single tasks and graphs take.
#include "bench/benchmarks.h"

#include "base/random.h"

namespace sluice::bench {

namespace {

Async<Result<void>> serve_bench(Fixture& fixture)
{
    std::vector<std::string> queues{"bench"};
    co_return co_await fixture.serve(std::move(queues));
}

std::int64_t size_or(const Fixture& fixture, std::int64_t standard)
{
    return fixture.options().size > 0 ? fixture.options().size : standard;
}

Async<Result<Json>> latency_body(Fixture& fixture)
{
    const Result<void> served = co_await serve_bench(fixture);
    if (!served)
        co_return served.error();
    const std::int64_t size = size_or(fixture, 2000);
    std::vector<double> millis;
    for (std::int64_t i = 0; i < size; ++i) {
        co_await sleep_for(std::chrono::milliseconds(1)); // so that everything is idle
        const SteadyTime start = std::chrono::steady_clock::now();
        Submit request = fixture.submission("bench", 1);
        const Result<Submitted> submitted = co_await submit(fixture.store(), std::move(request));
        if (!submitted)
            co_return submitted.error();
        co_await fixture.wait_for_final_runs(i + 1);
        millis.push_back(seconds_since(start) * 1e3);
    }
    Json figures = percentiles(std::move(millis));
    figures["tasks"] = size;
    co_return json_result(std::move(figures));
}

// Layers of a thousand tasks; each task has two parents in the layer before.
std::vector<GraphLink> layered_links(std::int64_t nodes)
{
    constexpr std::int64_t width = 1000;
    SeededRandom random(1);
    std::vector<GraphLink> links;
    for (std::int64_t node = width; node < nodes; ++node) {
        const std::int64_t layer_before = (node / width - 1) * width;
        const auto first = static_cast<std::int64_t>(random.next() % width);
        const auto second =
            (first + 1 + static_cast<std::int64_t>(random.next() % (width - 1))) % width;
        for (const std::int64_t parent : {first, second})
            links.push_back(
                {static_cast<std::uint32_t>(layer_before + parent),
                 static_cast<std::uint32_t>(node)}
            );
    }
    return links;
}

Async<Result<Json>> drain(Fixture& fixture, std::int64_t nodes, std::vector<GraphLink> links)
{
    const Result<void> served = co_await serve_bench(fixture);
    if (!served)
        co_return served.error();
    Submit request = fixture.submission("bench", static_cast<std::size_t>(nodes));
    request.links = std::move(links);
    const std::size_t link_count = request.links.size();
    const SteadyTime start = std::chrono::steady_clock::now();
    const Result<Submitted> submitted = co_await submit(fixture.store(), std::move(request));
    if (!submitted)
        co_return submitted.error();
    const double submit_seconds = seconds_since(start);
    co_await fixture.wait_for_final_runs(1);
    const double seconds = seconds_since(start);
    Json figures{
        {"tasks", nodes},
        {"links", link_count},
        {"submit_seconds", submit_seconds},
        {"seconds", seconds},
        {"tasks_per_s", static_cast<double>(nodes) / seconds}};
    co_return json_result(std::move(figures));
}

Async<Result<Json>> dag_body(Fixture& fixture)
{
    const std::int64_t nodes = size_or(fixture, 101'000);
    co_return co_await drain(fixture, nodes, layered_links(nodes));
}

Async<Result<Json>> chain_body(Fixture& fixture)
{
    const std::int64_t nodes = size_or(fixture, 10'000);
    std::vector<GraphLink> links;
    for (std::uint32_t node = 1; node < nodes; ++node)
        links.push_back({node - 1, node});
    co_return co_await drain(fixture, nodes, std::move(links));
}

} // namespace

Result<Json> latency(const BenchOptions& options, const Log& log)
{
    return Fixture::run(options, log, [](Fixture& fixture) { return latency_body(fixture); });
}

Result<Json> dag(const BenchOptions& options, const Log& log)
{
    return Fixture::run(options, log, [](Fixture& fixture) { return dag_body(fixture); });
}

Result<Json> chain(const BenchOptions& options, const Log& log)
{
    return Fixture::run(options, log, [](Fixture& fixture) { return chain_body(fixture); });
}

} // namespace sluice::bench
