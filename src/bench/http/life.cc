// SPDX-License-Identifier: Apache-2.0
// http-life: tasks a second, from the POST to the end.
#include "bench/http/life.h"

#include "bench/http/figures.h"
#include "bench/http/http_benchmarks.h"
#include "bench/http/starts.h"

namespace sluice::bench {

namespace {

constexpr std::int64_t ahead_max = 8000; // posted tasks that have not ended

class Life {
public:
    Life(HttpFixture& fixture, const LifePlan& plan)
        : fixture_(fixture), plan_(plan), starts_(fixture.executor())
    {}

    Async<Result<LifeFigures>> run();

private:
    Async<void> post_tasks(std::uint16_t port);
    Async<void> report();
    Async<Result<void>> report_on(Client& client);
    Gate gate(std::int64_t posted) const;
    void fail(const Error& error);

    HttpFixture& fixture_;
    const LifePlan& plan_;
    Starts starts_;
    std::vector<double> millis_; // one for each task that has ended
    std::optional<Error> failed_;
};

Async<Result<LifeFigures>> Life::run()
{
    const Result<std::uint16_t> port = fixture_.targets().listen(starts_.on_call());
    if (!port)
        co_return port.error();
    const SteadyTime start = std::chrono::steady_clock::now();
    TaskScope scope(fixture_.executor(), fixture_.log());
    scope.spawn(post_tasks(*port));
    scope.spawn(report());
    co_await scope.join();
    fixture_.targets().forget(*port);
    if (failed_)
        co_return *failed_;
    LifeFigures figures;
    figures.seconds = seconds_since(start);
    figures.millis = std::move(millis_);
    co_return figures;
}

Gate Life::gate(std::int64_t posted) const
{
    if (failed_)
        return Gate::over;
    return posted - static_cast<std::int64_t>(millis_.size()) > ahead_max ? Gate::closed
                                                                          : Gate::open;
}

Async<void> Life::post_tasks(std::uint16_t port)
{
    const auto task = [port](std::int64_t i) {
        return TaskText{.id = std::to_string(i), .port = port};
    };
    const std::string whole = post_text(plan_.batch, task);
    PostPlan posts;
    posts.tasks = plan_.tasks;
    posts.batch = plan_.batch;
    posts.clients = plan_.posters;
    posts.request = [&](std::int64_t, std::int64_t count) {
        return count == plan_.batch ? whole : post_text(count, task);
    };
    posts.gate = [this](std::int64_t posted) { return gate(posted); };
    const Result<PostFigures> posted = co_await post_all(fixture_, posts);
    if (!posted)
        fail(posted.error());
}

Async<void> Life::report()
{
    const HttpFixture::Caller caller = [this](Client& client) { return report_on(client); };
    const Result<void> reported = co_await fixture_.on_connections(plan_.reporters, caller);
    if (!reported)
        fail(reported.error());
}

Async<Result<void>> Life::report_on(Client& client)
{
    for (;;) {
        const Result<Start> start = co_await starts_.next();
        if (starts_.is_closed())
            co_return Result<void>();
        if (!start)
            co_return start.error();
        const std::string request = success_text(start->task);
        const SteadyTime begin = std::chrono::steady_clock::now();
        const Result<void> done = co_await client.call(request, 200);
        if (!done) {
            fail(done.error());
            co_return done.error();
        }
        millis_.push_back(seconds_since(begin) * 1e3);
        if (static_cast<std::int64_t>(millis_.size()) == plan_.tasks)
            starts_.close();
    }
}

void Life::fail(const Error& error)
{
    if (!failed_)
        failed_ = error;
    starts_.close();
}

Async<Result<Json>> life_body(HttpFixture& fixture)
{
    LifePlan plan;
    plan.tasks = given_or(fixture.options().tasks, 200'000);
    plan.batch = given_or(fixture.options().batch, plan.batch);
    plan.reporters = given_or(fixture.options().clients, plan.reporters);
    const Result<LifeFigures> lived = co_await live(fixture, plan);
    if (!lived)
        co_return lived.error();
    Json figures{
        {"tasks", plan.tasks},
        {"seconds", lived->seconds},
        {"tasks_per_s", per_second(plan.tasks, lived->seconds)}};
    add_percentiles(figures, lived->millis, "report_");
    co_return json_result(std::move(figures));
}

} // namespace

Async<Result<LifeFigures>> live(HttpFixture& fixture, const LifePlan& plan)
{
    Life life(fixture, plan);
    Result<LifeFigures> figures = co_await life.run();
    co_return figures;
}

Result<Json> http_life(const HttpBenchOptions& options, const Log& log)
{
    return HttpFixture::run(options, log, [](HttpFixture& fixture) { return life_body(fixture); });
}

} // namespace sluice::bench
