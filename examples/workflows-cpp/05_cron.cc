// SPDX-License-Identifier: Apache-2.0
// Tutorial 5: a workflow that runs every second, three times.
#include "example.h"
#include "sluice/workflows.h"

#include <chrono>
#include <iostream>
#include <semaphore>
#include <string>

using namespace sluice::workflows;
using namespace std::chrono_literals;
using example::check;

namespace {

void tutorial(const std::string& url)
{
    std::counting_semaphore<> ticks(0); // outlives the Runner, whose bodies use it
    const auto tick = [&ticks](Context& context) {
        std::cout << "due at " << context.require<std::string>("scheduled_time") << '\n';
        ticks.release();
    };

    Runner runner(url);
    runner.add(WorkflowBuilder("clock").task("tick", tick).build());
    CronSchedules cron = runner.cron();

    const Time start = std::chrono::system_clock::now();
    const std::string id = cron.add({.workflow = "clock", .expression = "* * * * * *"});
    check(cron.add({.workflow = "clock", .expression = "* * * * * *"}) == id, "the same schedule");

    for (int i = 0; i < 3; ++i)
        check(ticks.try_acquire_for(1min), "it runs each second");
    cron.set_enabled(id, false);

    for (const CronExecution& execution : cron.history(id)) {
        const RunResult result = runner.attach(execution.run_id).wait();
        check(result.status() == RunStatus::completed, "each run has completed");
        check(result.initial_context().require<std::string>("schedule_id") == id, "and knows why");
    }
    check(cron.history(id).size() >= 3, "three times at least");
    const CronStats stats = cron.stats(start);
    check(stats.lost_executions == 0 && stats.success_rate == 100, "none was lost");
    check(!cron.get(id).next_run_at, "a schedule that is not enabled has no next time");

    cron.remove(id);
    check(example::throws(Error::Kind::not_found, [&] { cron.get(id); }), "it is gone");
}

} // namespace

int main(int argc, char** argv)
{
    return example::run(argc, argv, tutorial);
}
