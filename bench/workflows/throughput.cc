// SPDX-License-Identifier: Apache-2.0
#include "measuring.h"

#include <stdexcept>

namespace workflow_bench {

using namespace sluice::workflows;

namespace {

void do_nothing(Context&)
{}

Workflow chain_of_three()
{
    return WorkflowBuilder("chain")
        .task("first", do_nothing)
        .task("second", do_nothing, {.dependencies = {"first"}})
        .task("third", do_nothing, {.dependencies = {"second"}})
        .build();
}

void add_up(Context& context)
{
    const int sum =
        context.require<int>("a") + context.require<int>("b") + context.require<int>("c");
    if (sum != 6)
        throw std::runtime_error("a, b and c are not 6");
    context = Context({{"sum", sum}});
}

// As examples/workflows-cpp/performance_parallel.cc has it.
Workflow five_tasks()
{
    return WorkflowBuilder("parallel")
        .task("split", [](Context& context) { context.set("start", 1); })
        .task("a", [](Context& context) { context.set("a", 1); }, {.dependencies = {"split"}})
        .task("b", [](Context& context) { context.set("b", 2); }, {.dependencies = {"split"}})
        .task("c", [](Context& context) { context.set("c", 3); }, {.dependencies = {"split"}})
        .task("add_up", add_up, {.dependencies = {"a", "b", "c"}})
        .build();
}

// Of all from the first call to the last end.
double rate(Runner& runner, const std::string& workflow, std::size_t count, std::size_t clients)
{
    const Clock::time_point begin = Clock::now();
    run_many(runner, workflow, count, clients);
    return static_cast<double>(count) / seconds_since(begin);
}

} // namespace

Figures chain(const Options& options)
{
    const std::size_t alone = or_default(options.size, 2'000);
    const std::size_t clients = or_default(options.clients, clients_default);
    const Workflow workflow = chain_of_three();
    std::vector<double> millis;
    {
        Runner runner(options.url);
        runner.add(workflow);
        run_many(runner, workflow.name(), 100, 1);
        millis = run_many(runner, workflow.name(), alone, 1);
    }
    Runner runner(options.url, {.max_concurrent_tasks = places});
    runner.add(workflow);
    rate(runner, workflow.name(), alone, clients);
    const double per_second = rate(runner, workflow.name(), 10 * alone, clients);
    return {
        {"p50_ms", percentile(millis, 0.5)},
        {"p99_ms", percentile(millis, 0.99)},
        {"workflows_per_s", per_second},
        {"clients", clients}};
}

Figures parallel(const Options& options)
{
    const std::size_t count = or_default(options.size, 1'000);
    const std::size_t clients = or_default(options.clients, clients_default);
    const Workflow workflow = five_tasks();
    Runner runner(options.url, {.max_concurrent_tasks = places});
    runner.add(workflow);
    rate(runner, workflow.name(), count, clients);
    std::vector<double> rounds;
    for (int i = 0; i < 5; ++i)
        rounds.push_back(rate(runner, workflow.name(), count, clients));
    return {{"workflows_per_s", percentile(rounds, 0.5)}, {"clients", clients}};
}

} // namespace workflow_bench
