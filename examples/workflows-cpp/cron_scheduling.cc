// SPDX-License-Identifier: Apache-2.0
// Schedules as a program keeps them: zones, catching up, changes; and a trigger beside them.
#include "example.h"
#include "sluice/workflows.h"

#include <atomic>
#include <chrono>
#include <iostream>
#include <semaphore>
#include <string>
#include <utility>
#include <vector>

using namespace sluice::workflows;
using namespace std::chrono_literals;
using example::check;

namespace {

Workflow named(const std::string& workflow, Body body)
{
    return WorkflowBuilder(workflow).task("work", std::move(body)).build();
}

// Schedules that are not due while this runs.
void keep_schedules(CronSchedules cron)
{
    const std::string nightly = cron.add({
        .workflow = "report",
        .expression = "30 2 * * MON-FRI",
        .timezone = "Europe/Berlin",
        .catchup = Catchup::skip, // one run for all nights that were missed
    });
    const std::string monthly = cron.add({
        .workflow = "report",
        .expression = "0 0 6 LW * *",
        .timezone = "America/New_York",
        .catchup = Catchup::run_all, // a run for each month that was missed
    });
    for (const CronSchedule& schedule : cron.list(true))
        std::cout << schedule.workflow_name << ": " << schedule.cron_expression << ' '
                  << schedule.timezone << ' ' << name(schedule.catchup_policy) << '\n';

    const CronSchedule earlier = cron.update(nightly, {.expression = "0 1 * * MON-FRI"});
    check(earlier.id == nightly && earlier.timezone == "Europe/Berlin", "the rest stays");
    cron.set_enabled(monthly, false);
    check(!cron.get(monthly).enabled, "not enabled");

    const auto bad = [&cron] { cron.add({.workflow = "report", .expression = "61 * * * *"}); };
    check(example::throws(Error::Kind::invalid, bad), "there is no minute 61");
    const auto unknown = [&cron] { cron.add({.workflow = "no such", .expression = "@daily"}); };
    check(example::throws(Error::Kind::not_found, unknown), "there is no such workflow");

    cron.remove(nightly);
    cron.remove(monthly);
}

void every_second(Runner& runner, std::counting_semaphore<>& heard)
{
    CronSchedules cron = runner.cron();
    const std::string id = cron.add({
        .workflow = "heartbeat",
        .expression = "* * * * * *",
        .catchup = Catchup::none,
        .end = std::chrono::system_clock::now() + 1min,
    });
    for (int i = 0; i < 3; ++i)
        check(heard.try_acquire_for(1min), "it runs each second");
    cron.set_enabled(id, false);
    const std::vector<CronExecution> history = cron.history(id);
    check(history.size() >= 3, "three times at least");
    check(history[0].scheduled_time > history[1].scheduled_time, "newest first");
    cron.remove(id);
}

void tutorial(const std::string& url)
{
    std::counting_semaphore<> beats(0);
    std::counting_semaphore<> files(0);
    std::atomic<int> looks = 0;

    Runner runner(url);
    runner.add(named("report", [](Context&) {}));
    runner.add(named("heartbeat", [&beats](Context&) { beats.release(); }));
    runner.add(named("import", [&files](Context& context) {
        check(context.require<std::string>("file") == "orders.csv", "what the trigger has found");
        files.release();
    }));
    keep_schedules(runner.cron());
    every_second(runner, beats);

    // Asked every 20 ms; at the third time there is a file.
    Trigger trigger;
    trigger.name = "new_files";
    trigger.workflow = "import";
    trigger.interval = 20ms;
    trigger.poll = [&looks] {
        if (++looks != 3)
            return TriggerResult::skip();
        return TriggerResult::fire({{"file", "orders.csv"}});
    };
    runner.add(trigger);
    check(files.try_acquire_for(1min), "the trigger has fired");
    check(!runner.triggers().history("new_files").empty(), "the run is in its history");
}

} // namespace

int main(int argc, char** argv)
{
    return example::run(argc, argv, tutorial);
}
