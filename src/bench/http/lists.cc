// SPDX-License-Identifier: Apache-2.0
// http-list: how long it takes to find tasks among many.
#include "bench/http/figures.h"
#include "bench/http/http_benchmarks.h"
#include "bench/http/listed_tasks.h"
#include "bench/http/requests.h"

#include <fmt/format.h>

namespace sluice::bench {

namespace {

constexpr std::int64_t list_size = 500; // requests of each list but the first
constexpr std::chrono::seconds page_time_max{20};
constexpr std::chrono::seconds list_time_max{10};

struct List {
    std::string name; // of its figures
    std::string path;
};

std::vector<List> lists_of(const ListedTasks& listed)
{
    const std::string page = "/task?page_size=50&";
    return {
        {"pending", page + "status=Pending"},
        {"running", page + "status=Running"},
        {"batch", page + "batch_id=" + listed.batch},
        {"name", page + fmt::format("name={:07}", listed.tasks / 2)},
        {"metadata", page + "metadata=%7B%22customer%22%3A50%7D"},
        {"dag", "/dag/" + listed.graph}};
}

// Sends GET of the path as the plan says; what to send is filled in.
Async<Result<RequestFigures>> ask(HttpFixture& fixture, const std::string& path, RequestPlan& plan)
{
    const std::string request = request_text("GET", path);
    plan.request = [&](std::int64_t) { return std::string_view(request); };
    Result<RequestFigures> figures = co_await send_all(fixture, plan);
    co_return figures;
}

// A list that finds nothing would be measured in vain.
Async<Result<void>> check_found(HttpFixture& fixture, const std::string& path)
{
    const Result<std::unique_ptr<Client>> client = co_await fixture.connect();
    if (!client)
        co_return client.error();
    const std::string request = request_text("GET", path);
    const Result<void> answered = co_await (*client)->call(request, 200);
    if (!answered)
        co_return answered.error();
    const Result<Json> answer = parse_json((*client)->body());
    if (!answer)
        co_return answer.error();
    const Json& found = answer->is_object() ? answer->at("tasks") : *answer;
    if (found.empty())
        co_return Error{Errc::not_found, fmt::format("{} finds nothing", path)};
    co_return Result<void>();
}

Async<Result<void>> measure_pages(HttpFixture& fixture, Json& figures)
{
    RequestPlan plan;
    plan.size = given_or(fixture.options().size, 20'000);
    plan.clients = given_or(fixture.options().clients, 32);
    plan.time_max = page_time_max;
    const std::string path = "/task?page_size=50";
    const Result<RequestFigures> sent = co_await ask(fixture, path, plan);
    if (!sent)
        co_return sent.error();
    const auto count = static_cast<std::int64_t>(sent->millis.size());
    figures["requests"] = count;
    figures["requests_per_s"] = per_second(count, sent->seconds);
    add_percentiles(figures, sent->millis);
    co_return Result<void>();
}

Async<Result<void>> measure(HttpFixture& fixture, const List& list, Json& figures)
{
    const Result<void> found = co_await check_found(fixture, list.path);
    if (!found)
        co_return found.error();
    RequestPlan plan;
    plan.size = list_size;
    plan.time_max = list_time_max;
    const Result<RequestFigures> sent = co_await ask(fixture, list.path, plan);
    if (!sent)
        co_return sent.error();
    add_percentiles(figures, sent->millis, list.name + "_");
    co_return Result<void>();
}

Async<Result<Json>> list_body(HttpFixture& fixture)
{
    const std::int64_t tasks = given_or(fixture.options().tasks, 1'000'000);
    const Result<ListedTasks> listed = co_await post_listed_tasks(fixture, tasks);
    if (!listed)
        co_return listed.error();
    Json figures{{"tasks", tasks}, {"posted_tasks_per_s", per_second(tasks, listed->seconds)}};
    const Result<void> paged = co_await measure_pages(fixture, figures);
    if (!paged)
        co_return paged.error();
    const std::vector<List> lists = lists_of(*listed);
    for (const List& list : lists) {
        const Result<void> measured = co_await measure(fixture, list, figures);
        if (!measured)
            co_return measured.error();
    }
    figures["resident_mib"] = fixture.server().resident_mib();
    co_return json_result(std::move(figures));
}

} // namespace

Result<Json> http_list(const HttpBenchOptions& options, const Log& log)
{
    return HttpFixture::run(options, log, [](HttpFixture& fixture) { return list_body(fixture); });
}

} // namespace sluice::bench
