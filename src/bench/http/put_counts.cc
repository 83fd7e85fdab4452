// SPDX-License-Identifier: Apache-2.0
// http-put: reports of counts a second.
#include "bench/http/figures.h"
#include "bench/http/http_benchmarks.h"
#include "bench/http/posts.h"
#include "bench/http/requests.h"
#include "bench/http/starts.h"

#include <fmt/format.h>

namespace sluice::bench {

namespace {

constexpr std::chrono::milliseconds look_again_at_counts{20};

struct Running {
    std::string batch;
    std::vector<Start> tasks;
};

Async<Result<Json>> batch_figures(Client& client, const std::string& batch)
{
    const std::string request = request_text("GET", "/batch/" + batch);
    const Result<void> done = co_await client.call(request, 200);
    if (!done)
        co_return done.error();
    co_return parse_json(client.body());
}

// One batch of tasks whose targets have accepted all of them.
Async<Result<Running>> run_tasks(HttpFixture& fixture, Client& client, std::int64_t count)
{
    Starts starts(fixture.executor());
    const Result<std::uint16_t> port = fixture.targets().listen(starts.on_call());
    if (!port)
        co_return port.error();
    const std::string request = post_text(count, [&](std::int64_t i) {
        return TaskText{.id = std::to_string(i), .port = *port};
    });
    const Result<void> posted = co_await client.call(request, 201);
    if (!posted)
        co_return posted.error();
    Running running;
    running.batch = client.header("x-batch-id");
    Result<std::vector<Start>> started = co_await starts.next(count);
    fixture.targets().forget(*port);
    if (!started)
        co_return started.error();
    running.tasks = *std::move(started);
    for (;;) {
        const Result<Json> figures = co_await batch_figures(client, running.batch);
        if (!figures)
            co_return figures.error();
        if (figures->at("status_counts").at("running") == count)
            co_return running;
        co_await sleep_for(look_again_at_counts);
    }
}

std::vector<std::string> reports_of(const std::vector<Start>& tasks)
{
    std::vector<std::string> reports;
    for (const Start& start : tasks)
        reports.push_back(
            request_text("PUT", fmt::format("/task/{}", start.task), R"({"new_success":1})")
        );
    return reports;
}

Async<Result<void>> check_sum(HttpFixture& fixture, const std::string& batch, std::size_t sent)
{
    const Result<std::unique_ptr<Client>> client = co_await fixture.connect();
    if (!client)
        co_return client.error();
    const Result<Json> figures = co_await batch_figures(**client, batch);
    if (!figures)
        co_return figures.error();
    const Json& counted = figures->at("total_success");
    if (counted != sent)
        co_return Error{
            Errc::corrupt,
            fmt::format("{} counts were answered and {} are there", sent, counted.dump())};
    co_return Result<void>();
}

Async<Result<Json>> put_body(HttpFixture& fixture)
{
    const HttpBenchOptions& options = fixture.options();
    const Result<std::unique_ptr<Client>> client = co_await fixture.connect();
    if (!client)
        co_return client.error();
    const Result<Running> running =
        co_await run_tasks(fixture, **client, given_or(options.tasks, 1000));
    if (!running)
        co_return running.error();
    const std::vector<std::string> reports = reports_of(running->tasks);
    RequestPlan plan;
    plan.size = given_or(options.size, 300'000);
    plan.clients = given_or(options.clients, 64);
    plan.status = 202;
    plan.request = [&](std::int64_t turn) -> std::string_view {
        return reports[static_cast<std::size_t>(turn) % reports.size()];
    };
    const Result<RequestFigures> sent = co_await send_all(fixture, plan);
    if (!sent)
        co_return sent.error();
    const Result<void> right = co_await check_sum(fixture, running->batch, sent->millis.size());
    if (!right)
        co_return right.error();
    Json figures{
        {"tasks", running->tasks.size()},
        {"requests", plan.size},
        {"clients", plan.clients},
        {"seconds", sent->seconds},
        {"requests_per_s", per_second(plan.size, sent->seconds)}};
    add_percentiles(figures, sent->millis);
    co_return json_result(std::move(figures));
}

} // namespace

Result<Json> http_put(const HttpBenchOptions& options, const Log& log)
{
    return HttpFixture::run(options, log, [](HttpFixture& fixture) { return put_body(fixture); });
}

} // namespace sluice::bench
