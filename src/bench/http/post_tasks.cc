// SPDX-License-Identifier: Apache-2.0
// http-post, http-post-no-starts: tasks a second into the server.
#include "bench/http/figures.h"
#include "bench/http/http_benchmarks.h"
#include "bench/http/posts.h"
#include "bench/http/starts.h"

namespace sluice::bench {

namespace {

enum class Due : std::uint8_t { now, in_a_year };

PostPlan plan_of(const HttpBenchOptions& options, Due due, std::uint16_t port)
{
    PostPlan plan;
    plan.tasks = given_or(options.tasks, 200'000);
    plan.batch = given_or(options.batch, plan.batch);
    plan.clients = given_or(options.clients, plan.clients);
    const auto task = [due, port](std::int64_t i) {
        TaskText text{.id = std::to_string(i), .port = port};
        if (due == Due::in_a_year)
            text.members = in_a_year;
        return text;
    };
    const std::string whole = post_text(plan.batch, task);
    plan.request = [task, whole, batch = plan.batch](std::int64_t, std::int64_t count) {
        return count == batch ? whole : post_text(count, task);
    };
    return plan;
}

Async<Result<Json>> post_body(HttpFixture& fixture, Due due)
{
    Starts starts(fixture.executor());
    const Result<std::uint16_t> port = fixture.targets().listen(starts.on_call());
    if (!port)
        co_return port.error();
    const PostPlan plan = plan_of(fixture.options(), due, *port);
    const Result<PostFigures> posted = co_await post_all(fixture, plan);
    if (!posted)
        co_return posted.error();
    Json figures{
        {"tasks", plan.tasks},
        {"seconds", posted->seconds},
        {"tasks_per_s", per_second(plan.tasks, posted->seconds)},
        {"refusals", posted->refusals},
        {"started_meanwhile", starts.seen()}};
    add_percentiles(figures, posted->millis);
    co_return json_result(std::move(figures));
}

} // namespace

Result<Json> http_post(const HttpBenchOptions& options, const Log& log)
{
    return HttpFixture::run(options, log, [](HttpFixture& fixture) {
        return post_body(fixture, Due::now);
    });
}

Result<Json> http_post_no_starts(const HttpBenchOptions& options, const Log& log)
{
    return HttpFixture::run(options, log, [](HttpFixture& fixture) {
        return post_body(fixture, Due::in_a_year);
    });
}

} // namespace sluice::bench
