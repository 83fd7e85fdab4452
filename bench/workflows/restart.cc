// SPDX-License-Identifier: Apache-2.0
#include "measuring.h"

#include <chrono>
#include <functional>
#include <iostream>
#include <utility>

namespace workflow_bench {

using namespace sluice::workflows;

namespace {

// Its second task is the one that the crash interrupts.
Workflow interrupted(std::function<void(TaskHandle&)> second)
{
    return WorkflowBuilder("interrupted")
        .task("first", [](Context& context) { context.set("first", true); })
        .task(
            "second", [second = std::move(second)](Context&, TaskHandle& task) { second(task); },
            {.dependencies = {"first"}}
        )
        .build();
}

} // namespace

Figures restart_victim(const Options& options)
{
    Runner runner(options.url);
    runner.add(interrupted([](TaskHandle& task) {
        std::cout << "running " << task.run_id() << std::endl;
        task.sleep_for(std::chrono::minutes(10));
    }));
    const RunResult result = runner.execute("interrupted");
    throw std::runtime_error("nobody has killed this process, and run " + result.id() + " ended");
}

Figures restart_heir(const Options& options)
{
    const Clock::time_point begin = Clock::now();
    Clock::time_point went_on = begin;
    Runner runner(options.url);
    runner.add(interrupted([&](TaskHandle& task) {
        if (task.run_id() == options.run)
            went_on = Clock::now();
    }));
    const RunResult result = runner.attach(options.run).wait();
    expect(result.status() == RunStatus::completed, result.error_message());
    expect(went_on > begin, "the second task did not run here");
    const TaskResult& second = result.task("second");
    expect(result.task("first").attempts == 1, "the first task ran again");
    expect(second.attempts == 2, "the second task had another attempt than it must");
    // The clock of the machine, which the process that has killed the other one reads, too.
    const std::chrono::duration<double> at = went_on.time_since_epoch();
    return {
        {"went_on_at", at.count()},
        {"from_open_ms", std::chrono::duration<double, std::milli>(went_on - begin).count()}};
}

} // namespace workflow_bench
