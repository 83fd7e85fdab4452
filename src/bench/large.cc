// SPDX-License-Identifier: Apache-2.0
// submit: what a large submission does to everybody else.
#include "bench/benchmarks.h"

#include "store/store.h"

namespace sluice::bench {

namespace {

class Repeated final : public TaskSource {
public:
    Repeated(std::int64_t count, const std::string& payload) : left_(count), payload_(payload) {}

    Async<Result<std::vector<NewTask>>> next(std::size_t limit) override
    {
        std::vector<NewTask> tasks(std::min<std::size_t>(limit, static_cast<std::size_t>(left_)));
        for (NewTask& task : tasks)
            task.payload = payload_;
        left_ -= static_cast<std::int64_t>(tasks.size());
        co_return tasks;
    }

private:
    std::int64_t left_;
    const std::string& payload_;
};

// Single submissions, one after the other, while the large one goes on.
Async<void> probe(Fixture& fixture, const bool& over, std::vector<double>& millis)
{
    while (!over) {
        co_await sleep_for(std::chrono::milliseconds(1));
        const SteadyTime start = std::chrono::steady_clock::now();
        Submit request = fixture.submission("probe", 1);
        const Result<Submitted> done = co_await fixture.store().submit(std::move(request));
        if (done)
            millis.push_back(seconds_since(start) * 1e3);
    }
}

Async<void> load(Fixture& fixture, std::int64_t size, bool& over, std::optional<Error>& failed)
{
    Repeated source(size, fixture.options().payload);
    NewRun run;
    run.kind = RunKind::execution;
    run.queues.push_back("large");
    const Result<Submitted> done = co_await submit(fixture.store(), std::move(run), source);
    if (!done)
        failed = done.error();
    over = true;
}

Async<Result<Json>> submit_body(Fixture& fixture)
{
    const std::int64_t size = fixture.options().size > 0 ? fixture.options().size : 1'000'000;
    bool over = false;
    std::optional<Error> failed;
    std::vector<double> millis;
    fixture.store().forget_statistics();
    const SteadyTime start = std::chrono::steady_clock::now();
    auto client = [&](std::int64_t which) {
        return which == 0 ? load(fixture, size, over, failed) : probe(fixture, over, millis);
    };
    co_await all(fixture, 2, client);
    if (failed)
        co_return *failed;
    const double seconds = seconds_since(start);
    Json figures = percentiles(std::move(millis));
    figures["tasks"] = size;
    figures["seconds"] = seconds;
    figures["tasks_per_s"] = static_cast<double>(size) / seconds;
    figures["longest_group_ms"] =
        static_cast<double>(fixture.store().longest_group().count()) / 1e3;
    co_return json_result(std::move(figures));
}

} // namespace

Result<Json> submit_large(const BenchOptions& options, const Log& log)
{
    return Fixture::run(options, log, [](Fixture& fixture) { return submit_body(fixture); });
}

} // namespace sluice::bench
