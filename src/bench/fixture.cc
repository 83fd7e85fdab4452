// SPDX-License-Identifier: Apache-2.0
#include "bench/fixture.h"

#include "async/run_on.h"
#include "store/store.h"

#include <algorithm>

namespace sluice::bench {

namespace {

Async<Outcome> no_op(std::int64_t& executed)
{
    ++executed;
    Outcome done;
    co_return done;
}

Async<Result<Json>> run_body(Fixture& fixture, Fixture::Body body)
{
    const Result<void> started = co_await fixture.engine().start();
    if (!started)
        co_return started.error();
    Result<Json> result = co_await body(fixture);
    co_await fixture.engine().stop(std::chrono::seconds(5));
    co_return result;
}

Engine::Options engine_options()
{
    Engine::Options options;
    options.worker_name = "bench";
    options.host = "localhost";
    return options;
}

} // namespace

double seconds_since(SteadyTime start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Fixture::Fixture(asio::io_context& loop, Store& store, const BenchOptions& options, const Log& log)
    : loop_(loop),
      store_(store),
      options_(options),
      engine_(loop.get_executor(), store, engine_options(), log),
      functions_(loop.get_executor(), 1),
      changed_(loop.get_executor())
{
    engine_.on_changes([this](const Changes& changes) {
        final_runs_ += static_cast<std::int64_t>(changes.final_runs.size());
        if (!changes.final_runs.empty())
            changed_.notify();
    });
}

Result<Json> Fixture::run(const BenchOptions& options, const Log& log, Body body)
{
    asio::io_context loop(1);
    StoreOptions store_options;
    store_options.url = options.url;
    Result<std::unique_ptr<Store>> store = open_store(loop.get_executor(), store_options, log);
    if (!store)
        return store.error();
    Fixture fixture(loop, **store, options, log);
    return run_on(loop, run_body(fixture, std::move(body)));
}

Async<Result<void>> Fixture::serve(std::vector<std::string> queues)
{
    FunctionExecutor::Coroutine function = [this](const Leased&, Stop&) {
        return no_op(executed_);
    };
    functions_.add("bench", function);
    for (const std::string& queue : queues)
        functions_.add(queue, function);
    Dispatcher::Options options;
    options.queues = std::move(queues);
    options.capacity = static_cast<std::size_t>(options_.capacity);
    options.claim_max = 1000;
    const Result<Dispatcher*> dispatcher = co_await engine_.serve(std::move(options), functions_);
    if (!dispatcher)
        co_return dispatcher.error();
    co_return Result<void>();
}

Async<void> Fixture::wait_for_final_runs(std::int64_t count)
{
    while (final_runs_ < count)
        co_await changed_.wait();
}

Submit Fixture::submission(std::string queue, std::size_t tasks) const
{
    Submit request;
    request.run.kind = RunKind::execution; // functions of this process
    request.run.queues.push_back(std::move(queue));
    request.tasks.resize(tasks);
    for (NewTask& task : request.tasks)
        task.payload = options_.payload;
    return request;
}

Async<void>
all(Fixture& fixture, std::int64_t clients, std::function<Async<void>(std::int64_t)> client)
{
    TaskScope scope(fixture.executor(), Log());
    for (std::int64_t i = 0; i < clients; ++i)
        scope.spawn(client(i));
    co_await scope.join();
}

Json percentiles(std::vector<double> millis)
{
    std::sort(millis.begin(), millis.end());
    const auto at = [&](double share) {
        return millis.empty() ? 0.0
                              : millis[static_cast<std::size_t>(
                                    share * static_cast<double>(millis.size() - 1)
                                )];
    };
    return {{"p50_ms", at(0.5)}, {"p99_ms", at(0.99)}, {"max_ms", at(1.0)}};
}

} // namespace sluice::bench
