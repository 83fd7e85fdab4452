// SPDX-License-Identifier: Apache-2.0
// cycle, single, queues: how many tasks and operations a second.
#include "bench/benchmarks.h"

#include "store/store.h"

namespace sluice::bench {

namespace {

constexpr std::int64_t callers = 4;      // submissions under way
constexpr std::int64_t ahead_max = 8000; // submitted tasks that are not executed yet

struct Progress {
    std::int64_t submitted = 0;
    std::int64_t batches = 0;
    std::vector<RunId> runs;
    std::optional<Error> failed;
};

// Submits batches into `queue(n)` until `size` tasks are in, never far ahead of the engine.
Async<void> submit_batches(
    Fixture& fixture, Progress& progress, std::int64_t size,
    std::function<std::string(std::int64_t)> queue
)
{
    while (progress.submitted < size && !progress.failed) {
        if (progress.submitted - fixture.executed() > ahead_max) {
            co_await sleep_for(std::chrono::microseconds(200));
            continue;
        }
        const std::int64_t count = std::min(fixture.options().batch, size - progress.submitted);
        progress.submitted += count;
        const std::int64_t number = progress.batches++;
        Submit request = fixture.submission(queue(number), static_cast<std::size_t>(count));
        const Result<Submitted> done = co_await submit(fixture.store(), std::move(request));
        if (done)
            progress.runs.push_back(done->run);
        else
            progress.failed = done.error();
    }
}

// Another process may work on runs of its own in the same database.
Async<Result<void>> wait_for_runs(Fixture& fixture, const std::vector<RunId>& runs)
{
    for (const RunId run : runs) {
        const auto limit = std::chrono::hours(1);
        const Result<Reads::Run> ended = co_await fixture.engine().runs().wait(run, limit);
        if (!ended)
            co_return ended.error();
    }
    co_return Result<void>();
}

Async<Result<Json>>
drive(Fixture& fixture, std::int64_t size, std::function<std::string(std::int64_t)> queue)
{
    Progress progress;
    const SteadyTime start = std::chrono::steady_clock::now();
    auto client = [&](std::int64_t) { return submit_batches(fixture, progress, size, queue); };
    co_await all(fixture, callers, client);
    if (progress.failed)
        co_return *progress.failed;
    const Result<void> ended = co_await wait_for_runs(fixture, progress.runs);
    if (!ended)
        co_return ended.error();
    const double seconds = seconds_since(start);
    Json figures{
        {"tasks", size},
        {"seconds", seconds},
        {"tasks_per_s", static_cast<double>(size) / seconds}};
    co_return json_result(std::move(figures));
}

Async<Result<Json>> cycle_body(Fixture& fixture)
{
    const std::string name = fixture.options().queue;
    std::vector<std::string> queues{name};
    const Result<void> served = co_await fixture.serve(std::move(queues));
    if (!served)
        co_return served.error();
    const std::int64_t size = fixture.options().size > 0 ? fixture.options().size : 200'000;
    auto queue = [name](std::int64_t) { return name; };
    co_return co_await drive(fixture, size, queue);
}

// A worker of 10,000 queues of which ten have work.
Async<Result<Json>> queues_body(Fixture& fixture)
{
    std::vector<std::string> queues;
    for (int i = 0; i < 10'000; ++i)
        queues.push_back("queue-" + std::to_string(i));
    for (int first = 0; first < 10'000; first += 1000) {
        Submit request = fixture.submission("queue-0", 1000);
        request.run.queues.assign(queues.begin() + first, queues.begin() + first + 1000);
        for (std::uint32_t i = 0; i < 1000; ++i)
            request.tasks[i].queue = i; // so that all of them exist
        const Result<Submitted> done = co_await submit(fixture.store(), std::move(request));
        if (!done)
            co_return done.error();
    }
    const Result<void> served = co_await fixture.serve(std::move(queues));
    if (!served)
        co_return served.error();
    co_await fixture.wait_for_final_runs(10);
    const std::int64_t size = fixture.options().size > 0 ? fixture.options().size : 200'000;
    auto queue = [](std::int64_t number) { return "queue-" + std::to_string(number % 10 * 1000); };
    co_return co_await drive(fixture, size, queue);
}

// One caller: submits a task, claims one, finishes it, again and again.
Async<void> single_client(
    Fixture& fixture, WorkerId worker, std::shared_ptr<const QueueFilter> queues,
    std::int64_t& left, std::vector<double>& millis
)
{
    while (left > 0) {
        left -= 3;
        SteadyTime start = std::chrono::steady_clock::now();
        const auto lap = [&] {
            millis.push_back(seconds_since(start) * 1e3);
            start = std::chrono::steady_clock::now();
        };
        Submit request = fixture.submission("bench", 1);
        const Result<Submitted> submitted = co_await fixture.store().submit(std::move(request));
        lap();
        Claim claim;
        claim.worker = worker;
        claim.queues = queues;
        const Result<std::vector<Leased>> leased = co_await fixture.store().claim(std::move(claim));
        lap();
        if (!submitted || !leased)
            co_return;
        for (const Leased& task : *leased) {
            Finish finish;
            finish.task = task.task;
            finish.run = task.run;
            finish.attempt = task.attempt;
            finish.worker = worker;
            co_await fixture.store().finish(std::move(finish));
        }
        lap();
    }
}

Async<Result<Json>> single_body(Fixture& fixture)
{
    RegisterWorker registration;
    registration.name = "bench";
    const Result<WorkerId> worker =
        co_await fixture.store().register_worker(std::move(registration));
    if (!worker)
        co_return worker.error();
    const std::int64_t size = fixture.options().size > 0 ? fixture.options().size : 300'000;
    std::int64_t left = size;
    std::vector<double> millis;
    millis.reserve(static_cast<std::size_t>(size) + 1000);
    const std::vector<std::string> names{"bench"};
    const auto queues = std::make_shared<const QueueFilter>(names);
    const SteadyTime start = std::chrono::steady_clock::now();
    auto client = [&](std::int64_t) {
        return single_client(fixture, *worker, queues, left, millis);
    };
    co_await all(fixture, fixture.options().clients, client);
    const double seconds = seconds_since(start);
    Json figures = percentiles(millis);
    figures["operations"] = millis.size();
    figures["clients"] = fixture.options().clients;
    figures["seconds"] = seconds;
    figures["operations_per_s"] = static_cast<double>(millis.size()) / seconds;
    co_return json_result(std::move(figures));
}

} // namespace

Result<Json> cycle(const BenchOptions& options, const Log& log)
{
    return Fixture::run(options, log, [](Fixture& fixture) { return cycle_body(fixture); });
}

Result<Json> queues(const BenchOptions& options, const Log& log)
{
    return Fixture::run(options, log, [](Fixture& fixture) { return queues_body(fixture); });
}

Result<Json> single(const BenchOptions& options, const Log& log)
{
    return Fixture::run(options, log, [](Fixture& fixture) { return single_body(fixture); });
}

} // namespace sluice::bench
