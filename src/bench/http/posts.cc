// SPDX-License-Identifier: Apache-2.0
#include "bench/http/posts.h"

#include <algorithm>
#include <charconv>

namespace sluice::bench {

namespace {

constexpr std::chrono::microseconds post_gate_pause{200};
constexpr std::int64_t load_batch = 5000; // 1.5 MB; the answer is four times as large
constexpr std::int64_t load_clients = 2;

std::chrono::seconds pause_of(std::string_view retry_after)
{
    std::int64_t seconds = 1;
    std::from_chars(retry_after.data(), retry_after.data() + retry_after.size(), seconds);
    return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 1, 60));
}

Async<Result<void>>
post_on(Client& client, const PostPlan& plan, std::int64_t& posted, PostFigures& figures)
{
    while (posted < plan.tasks) {
        const Gate gate = plan.gate(posted);
        if (gate == Gate::over)
            break;
        if (gate == Gate::closed) {
            co_await sleep_for(post_gate_pause);
            continue;
        }
        const std::int64_t first = posted;
        const std::int64_t count = std::min(plan.batch, plan.tasks - first);
        posted += count;
        const std::string request = plan.request(first, count);
        const Result<void> done = co_await post(client, request, figures);
        if (!done)
            co_return done.error();
    }
    co_return Result<void>();
}

} // namespace

Async<Result<void>> post(Client& client, std::string_view request, PostFigures& figures)
{
    for (;;) {
        const SteadyTime start = std::chrono::steady_clock::now();
        const Result<int> status = co_await client.call(request);
        if (!status)
            co_return status.error();
        if (*status == 201) {
            figures.millis.push_back(seconds_since(start) * 1e3);
            co_return Result<void>();
        }
        if (*status != 503)
            co_return client.refusal();
        ++figures.refusals;
        co_await sleep_for(pause_of(client.header("retry-after")));
    }
}

Async<Result<PostFigures>> post_all(HttpFixture& fixture, const PostPlan& plan)
{
    PostFigures figures;
    std::int64_t posted = 0;
    const HttpFixture::Caller caller = [&](Client& client) {
        return post_on(client, plan, posted, figures);
    };
    const SteadyTime start = std::chrono::steady_clock::now();
    const Result<void> done = co_await fixture.on_connections(plan.clients, caller);
    if (!done)
        co_return done.error();
    figures.seconds = seconds_since(start);
    co_return figures;
}

Async<Result<PostFigures>> load(HttpFixture& fixture, std::int64_t tasks, const MakeTask& make)
{
    PostPlan plan;
    plan.tasks = tasks;
    plan.batch = load_batch;
    plan.clients = load_clients;
    plan.request = [&](std::int64_t first, std::int64_t count) {
        return post_text(count, [&](std::int64_t i) { return make(first + i); });
    };
    Result<PostFigures> figures = co_await post_all(fixture, plan);
    co_return figures;
}

} // namespace sluice::bench
