// SPDX-License-Identifier: Apache-2.0
#include "bench/http/listed_tasks.h"

#include <fmt/format.h>

namespace sluice::bench {

namespace {

constexpr std::int64_t customers = 10'000;
constexpr std::int64_t nodes = 10'000;
constexpr std::int64_t layer = 100; // nodes of it, whose parents are in the layer before
constexpr std::int64_t small_batch = 100;
constexpr std::int64_t running = 1000;

TaskText report(std::int64_t number, std::uint16_t port)
{
    TaskText text{.id = std::to_string(number), .port = port};
    text.name = fmt::format("report {:07} of the month", number);
    text.kind = fmt::format("kind-{}", number % 10);
    text.members = fmt::format(
        R"({},"metadata":{{"customer":{},"region":"eu"}})", in_a_year, number % customers
    );
    return text;
}

TaskText node(std::int64_t number, std::uint16_t port)
{
    TaskText text{.id = std::to_string(number), .port = port};
    text.members = in_a_year;
    if (number < layer)
        return text;
    const std::int64_t above = number - layer;
    const std::int64_t beside = above - above % layer + (above + 1) % layer;
    text.members += fmt::format(
        R"(,"dependencies":[{{"id":"{}","requires_success":true}},)"
        R"({{"id":"{}","requires_success":false}}])",
        above, beside
    );
    return text;
}

TaskText started(std::int64_t number, std::uint16_t port)
{
    return TaskText{.id = std::to_string(number), .port = port};
}

using Make = TaskText (*)(std::int64_t number, std::uint16_t port);

class Poster {
public:
    Poster(HttpFixture& fixture, std::uint16_t port) : fixture_(fixture), port_(port) {}

    // Reports of these numbers. The result is how long it took.
    Async<Result<double>> reports(std::int64_t first, std::int64_t count)
    {
        const MakeTask task = [=, port = port_](std::int64_t i) { return report(first + i, port); };
        const Result<PostFigures> loaded = co_await load(fixture_, count, task);
        if (!loaded)
            co_return loaded.error();
        co_return loaded->seconds;
    }

    // One batch. The result is its id.
    Async<Result<std::string>> batch(std::int64_t count, Make make)
    {
        const Result<std::unique_ptr<Client>> client = co_await fixture_.connect();
        if (!client)
            co_return client.error();
        const std::string request =
            post_text(count, [&](std::int64_t i) { return make(i, port_); });
        PostFigures ignored;
        const Result<void> posted = co_await post(**client, request, ignored);
        if (!posted)
            co_return posted.error();
        co_return std::string((*client)->header("x-batch-id"));
    }

private:
    HttpFixture& fixture_;
    std::uint16_t port_;
};

} // namespace

Async<Result<ListedTasks>> post_listed_tasks(HttpFixture& fixture, std::int64_t tasks)
{
    Targets::OnCall nobody;
    const Result<std::uint16_t> port = fixture.targets().listen(std::move(nobody));
    if (!port)
        co_return port.error();
    Poster poster(fixture, *port);
    const Result<double> first = co_await poster.reports(0, tasks / 2);
    if (!first)
        co_return first.error();
    const Result<std::string> batch = co_await poster.batch(small_batch, report);
    if (!batch)
        co_return batch.error();
    const Result<std::string> graph = co_await poster.batch(nodes, node);
    if (!graph)
        co_return graph.error();
    const Result<std::string> others = co_await poster.batch(running, started);
    if (!others)
        co_return others.error();
    const Result<double> second = co_await poster.reports(tasks / 2, tasks - tasks / 2);
    if (!second)
        co_return second.error();
    ListedTasks listed{tasks, *first + *second, *batch, *graph};
    co_return listed;
}

} // namespace sluice::bench
