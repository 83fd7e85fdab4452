// SPDX-License-Identifier: Apache-2.0
// http-start, http-child: how long it takes until a webhook is at its target.
#include "bench/http/figures.h"
#include "bench/http/http_benchmarks.h"
#include "bench/http/start_latency.h"
#include "bench/http/starts.h"
#include "bench/http/task_text.h"

namespace sluice::bench {

namespace {

constexpr std::chrono::milliseconds idle_time{3}; // between two of them: all is done by then

Json figures_of(std::vector<double> millis)
{
    Json figures{{"starts", millis.size()}};
    add_percentiles(figures, std::move(millis));
    return figures;
}

Async<Result<Json>> start_body(HttpFixture& fixture)
{
    const std::int64_t size = given_or(fixture.options().size, 2000);
    Result<std::vector<double>> millis = co_await measure_starts(fixture, size, idle_time);
    if (!millis)
        co_return millis.error();
    co_return json_result(figures_of(*std::move(millis)));
}

// The targets of a parent and of its child, and a POST of both.
struct Family {
    explicit Family(HttpFixture& fixture)
        : parents(fixture.executor()), children(fixture.executor())
    {}

    Result<void> listen(Targets& targets)
    {
        const Result<std::uint16_t> parent = targets.listen(parents.on_call());
        const Result<std::uint16_t> child = targets.listen(children.on_call());
        if (!parent || !child)
            return parent ? child.error() : parent.error();
        request = post_text(2, [&](std::int64_t i) {
            if (i == 0)
                return TaskText{.id = "parent", .port = *parent};
            return TaskText{
                .id = "child",
                .port = *child,
                .members = R"("dependencies":[{"id":"parent","requires_success":true}])"};
        });
        return {};
    }

    Starts parents;
    Starts children;
    std::string request;
};

// One parent and its child. The result is the child's start, measured from its parent's end.
Async<Result<double>> measure_child(Client& client, Family& family)
{
    const Result<void> posted = co_await client.call(family.request, 201);
    if (!posted)
        co_return posted.error();
    const Result<Start> parent = co_await family.parents.next();
    if (!parent)
        co_return parent.error();
    co_await sleep_for(idle_time); // the server has the answer to its start
    const std::string end_of_parent = success_text(parent->task);
    const SteadyTime begin = std::chrono::steady_clock::now();
    const Result<void> ended = co_await client.call(end_of_parent, 200);
    if (!ended)
        co_return ended.error();
    const Result<Start> child = co_await family.children.next();
    if (!child)
        co_return child.error();
    const double millis = millis_between(begin, child->at);
    co_await sleep_for(idle_time);
    const std::string end_of_child = success_text(child->task);
    const Result<void> finished = co_await client.call(end_of_child, 200);
    if (!finished)
        co_return finished.error();
    co_return millis;
}

Async<Result<Json>> child_body(HttpFixture& fixture)
{
    const std::int64_t size = given_or(fixture.options().size, 1000);
    Family family(fixture);
    const Result<void> listening = family.listen(fixture.targets());
    if (!listening)
        co_return listening.error();
    const Result<std::unique_ptr<Client>> client = co_await fixture.connect();
    if (!client)
        co_return client.error();
    std::vector<double> millis;
    for (std::int64_t i = 0; i < size; ++i) {
        const Result<double> one = co_await measure_child(**client, family);
        if (!one)
            co_return one.error();
        millis.push_back(*one);
    }
    co_return json_result(figures_of(std::move(millis)));
}

} // namespace

Result<Json> http_start(const HttpBenchOptions& options, const Log& log)
{
    return HttpFixture::run(options, log, [](HttpFixture& fixture) { return start_body(fixture); });
}

Result<Json> http_child(const HttpBenchOptions& options, const Log& log)
{
    return HttpFixture::run(options, log, [](HttpFixture& fixture) { return child_body(fixture); });
}

} // namespace sluice::bench
