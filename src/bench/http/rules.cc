// SPDX-License-Identifier: Apache-2.0
// http-rules-blocked, http-rules-freed: tasks that a rule holds back.
#include "bench/http/figures.h"
#include "bench/http/http_benchmarks.h"
#include "bench/http/life.h"
#include "bench/http/start_latency.h"
#include "bench/http/starts.h"

#include <fmt/format.h>

namespace sluice::bench {

namespace {

constexpr std::int64_t held_back = 100'000;
constexpr std::chrono::seconds settling_time{2};
constexpr std::chrono::milliseconds idle_time{3};

// One of them runs at a time. ("Concurency" is how the wire format has it.)
TaskText held_task(std::int64_t number, std::uint16_t port)
{
    return {
        .id = std::to_string(number),
        .kind = "held",
        .port = port,
        .members = R"("rules":[{"type":"Concurency","max_concurency":1,)"
                   R"("matcher":{"status":"Running","kind":"held","fields":[]}}])"};
}

// Tasks of which one runs and the others wait for its place.
class Held {
public:
    explicit Held(HttpFixture& fixture) : fixture_(fixture), starts_(fixture.executor()) {}

    // Errors: as of post_all; conflict (more than one was started: the rule holds nothing).
    Async<Result<void>> post(std::int64_t count);

    // Ends the one that runs. The result is how long the next one's start took, in milliseconds.
    Async<Result<double>> go_on(Client& client);

private:
    HttpFixture& fixture_;
    Starts starts_;
    std::string running_;
};

Async<Result<void>> Held::post(std::int64_t count)
{
    const Result<std::uint16_t> port = fixture_.targets().listen(starts_.on_call());
    if (!port)
        co_return port.error();
    const MakeTask task = [port = *port](std::int64_t i) { return held_task(i, port); };
    const Result<PostFigures> posted = co_await load(fixture_, count + 1, task);
    if (!posted)
        co_return posted.error();
    const Result<Start> first = co_await starts_.next();
    if (!first)
        co_return first.error();
    running_ = first->task;
    co_await sleep_for(settling_time);
    if (starts_.seen() > 1)
        co_return Error{Errc::conflict, fmt::format("{} tasks run where one may", starts_.seen())};
    co_return Result<void>();
}

Async<Result<double>> Held::go_on(Client& client)
{
    const std::string request = success_text(running_);
    const SteadyTime begin = std::chrono::steady_clock::now();
    const Result<void> ended = co_await client.call(request, 200);
    if (!ended)
        co_return ended.error();
    const Result<Start> next = co_await starts_.next();
    if (!next)
        co_return next.error();
    running_ = next->task;
    co_return millis_between(begin, next->at);
}

Async<Result<Json>> blocked_body(HttpFixture& fixture)
{
    LifePlan plan;
    plan.tasks = given_or(fixture.options().size, 10'000);
    plan.batch = given_or(fixture.options().batch, plan.batch);
    plan.reporters = given_or(fixture.options().clients, plan.reporters);
    const std::int64_t blocked = given_or(fixture.options().tasks, held_back);
    const Result<LifeFigures> alone = co_await live(fixture, plan);
    if (!alone)
        co_return alone.error();
    Held held(fixture);
    const Result<void> posted = co_await held.post(blocked);
    if (!posted)
        co_return posted.error();
    const Result<LifeFigures> beside = co_await live(fixture, plan);
    if (!beside)
        co_return beside.error();
    const Json figures{
        {"tasks", plan.tasks},
        {"blocked_tasks", blocked},
        {"alone_tasks_per_s", per_second(plan.tasks, alone->seconds)},
        {"tasks_per_s", per_second(plan.tasks, beside->seconds)},
        {"ratio", alone->seconds / beside->seconds}};
    co_return json_result(figures);
}

Async<Result<Json>> freed_body(HttpFixture& fixture)
{
    const std::int64_t size = given_or(fixture.options().size, 500);
    const std::int64_t blocked = given_or(fixture.options().tasks, held_back);
    Held held(fixture);
    const Result<void> posted = co_await held.post(blocked);
    if (!posted)
        co_return posted.error();
    const Result<std::unique_ptr<Client>> client = co_await fixture.connect();
    if (!client)
        co_return client.error();
    std::vector<double> millis;
    for (std::int64_t i = 0; i < size; ++i) {
        co_await sleep_for(idle_time);
        const Result<double> one = co_await held.go_on(**client);
        if (!one)
            co_return one.error();
        millis.push_back(*one);
    }
    Json figures{{"blocked_tasks", blocked}, {"starts", size}};
    add_percentiles(figures, std::move(millis));
    co_return json_result(std::move(figures));
}

} // namespace

Result<Json> http_rules_blocked(const HttpBenchOptions& options, const Log& log)
{
    return HttpFixture::run(options, log, [](HttpFixture& fixture) {
        return blocked_body(fixture);
    });
}

Result<Json> http_rules_freed(const HttpBenchOptions& options, const Log& log)
{
    return HttpFixture::run(options, log, [](HttpFixture& fixture) { return freed_body(fixture); });
}

} // namespace sluice::bench
