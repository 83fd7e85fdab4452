// SPDX-License-Identifier: Apache-2.0
// http-slow-targets: what targets that take their time do to another one.
#include "bench/http/figures.h"
#include "bench/http/http_benchmarks.h"
#include "bench/http/slow_targets.h"
#include "bench/http/start_latency.h"

#include <algorithm>

namespace sluice::bench {

namespace {

constexpr std::int64_t one_each = 200;
constexpr std::chrono::milliseconds between_starts{20};

Async<void> keep_busy(SlowTargets& slow, std::int64_t tasks, std::optional<Error>& failed)
{
    const Result<void> done = co_await slow.keep_busy(tasks);
    if (!done)
        failed = done.error();
}

Async<Result<std::vector<double>>>
measure_fast(HttpFixture& fixture, const SlowTargets& slow, std::int64_t tasks, std::int64_t size)
{
    const Result<void> busy = co_await slow.wait_for(std::min(tasks, one_each));
    if (!busy)
        co_return busy.error();
    Result<std::vector<double>> millis = co_await measure_starts(fixture, size, between_starts);
    co_return millis;
}

Async<Result<Json>> slow_body(HttpFixture& fixture)
{
    const std::int64_t tasks = given_or(fixture.options().tasks, one_each);
    const std::int64_t size = given_or(fixture.options().size, 1000);
    SlowTargets slow(fixture);
    const Result<void> listening = slow.listen();
    if (!listening)
        co_return listening.error();
    std::optional<Error> failed;
    TaskScope scope(fixture.executor(), fixture.log());
    scope.spawn(keep_busy(slow, tasks, failed));
    Result<std::vector<double>> millis = co_await measure_fast(fixture, slow, tasks, size);
    slow.stop();
    co_await scope.join();
    if (failed || !millis)
        co_return failed ? *failed : millis.error();
    Json figures{{"slow_tasks", tasks}, {"starts", millis->size()}};
    add_percentiles(figures, *std::move(millis));
    co_return json_result(std::move(figures));
}

} // namespace

Result<Json> http_slow_targets(const HttpBenchOptions& options, const Log& log)
{
    return HttpFixture::run(options, log, [](HttpFixture& fixture) { return slow_body(fixture); });
}

} // namespace sluice::bench
