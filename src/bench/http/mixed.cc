// SPDX-License-Identifier: Apache-2.0
// http-mixed: everything at once, for a long time.
#include "bench/http/figures.h"
#include "bench/http/http_benchmarks.h"
#include "bench/http/mixed_load.h"

namespace sluice::bench {

namespace {

Async<Result<Json>> mixed_body(HttpFixture& fixture)
{
    const HttpBenchOptions& options = fixture.options();
    MixedLoad::Plan plan;
    plan.rate = options.rate;
    plan.time = std::chrono::seconds(given_or(options.seconds, 60));
    plan.batch = given_or(options.batch, plan.batch);
    plan.reporters = given_or(options.clients, plan.reporters);
    plan.progress = options.progress;
    MixedLoad load(fixture, std::move(plan));
    const Result<void> done = co_await load.run();
    if (!done)
        co_return done.error();
    const Json figures{
        {"tasks", load.ended()},
        {"seconds", load.seconds()},
        {"tasks_per_s", per_second(load.ended(), load.seconds())},
        {"resident_mib", fixture.server().resident_mib()}};
    co_return json_result(figures);
}

} // namespace

Result<Json> http_mixed(const HttpBenchOptions& options, const Log& log)
{
    return HttpFixture::run(options, log, [](HttpFixture& fixture) { return mixed_body(fixture); });
}

} // namespace sluice::bench
