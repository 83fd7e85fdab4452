// SPDX-License-Identifier: Apache-2.0
#include "sluice/schedules.h"

#include "sdk/workflows/runner_testing.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace sluice::workflows::schedules_test {
namespace {

using namespace std::chrono_literals;

void nothing(Context&)
{}

// Never due while a test runs.
NewCronSchedule yearly()
{
    return {.workflow = "only", .expression = "0 0 29 2 *", .timezone = "Europe/Berlin"};
}

TEST(CronSchedules, are_kept_as_they_came)
{
    const Database database;
    Runner runner(database.url);
    runner.add(workflow_of(nothing));
    CronSchedules cron = runner.cron();
    NewCronSchedule added = yearly();
    added.catchup = Catchup::run_all;
    added.end = Time(24h * 365 * 200);
    const std::string id = cron.add(added);
    EXPECT_EQ(cron.add(yearly()), id);

    const CronSchedule schedule = cron.get(id);
    EXPECT_EQ(schedule.id, id);
    EXPECT_EQ(schedule.workflow_name, "only");
    EXPECT_EQ(schedule.cron_expression, "0 0 29 2 *");
    EXPECT_EQ(schedule.timezone, "Europe/Berlin");
    EXPECT_EQ(schedule.catchup_policy, Catchup::run_all);
    EXPECT_EQ(schedule.end, added.end);
    EXPECT_TRUE(schedule.enabled);
    EXPECT_TRUE(schedule.next_run_at);
    EXPECT_EQ(cron.list().size(), 1u);
    EXPECT_TRUE(cron.history(id).empty());
    EXPECT_EQ(cron.stats(Time()).total_executions, 0);
}

TEST(CronSchedules, are_changed_and_removed)
{
    const Database database;
    Runner runner(database.url);
    runner.add(workflow_of(nothing));
    CronSchedules cron = runner.cron();
    const std::string id = cron.add(yearly());
    const CronSchedule changed = cron.update(id, {.expression = "0 1 29 2 *"});
    EXPECT_EQ(changed.cron_expression, "0 1 29 2 *");
    EXPECT_EQ(changed.timezone, "Europe/Berlin");
    cron.set_enabled(id, false);
    EXPECT_FALSE(cron.get(id).enabled);
    EXPECT_TRUE(cron.list(true).empty());
    EXPECT_EQ(cron.list(false).size(), 1u);
    cron.remove(id);
    EXPECT_EQ(kind_of_error([&] { cron.get(id); }), Error::Kind::not_found);
}

TEST(CronSchedules, refuse_what_makes_no_sense)
{
    const Database database;
    Runner runner(database.url);
    runner.add(workflow_of(nothing));
    CronSchedules cron = runner.cron();
    const auto kind_by = [&](auto change) {
        NewCronSchedule schedule = yearly();
        change(schedule);
        return kind_of_error([&] { cron.add(schedule); });
    };
    using Schedule = NewCronSchedule;
    EXPECT_EQ(kind_by([](Schedule& s) { s.workflow = "other"; }), Error::Kind::not_found);
    EXPECT_EQ(kind_by([](Schedule& s) { s.expression = "61 * * * *"; }), Error::Kind::invalid);
    EXPECT_EQ(kind_by([](Schedule& s) { s.timezone = "Mars/Olympus"; }), Error::Kind::invalid);
    EXPECT_EQ(kind_of_error([&] { cron.list({}, 0); }), Error::Kind::invalid);
}

TEST(CronSchedules, name_workflows_of_other_packages_in_short)
{
    const Database database;
    Runner runner(database.url);
    runner.add(WorkflowBuilder("mine").package("ours").task("a", nothing).build());
    CronSchedules cron = runner.cron();
    NewCronSchedule in_short = yearly();
    in_short.workflow = "mine";
    NewCronSchedule in_full = yearly();
    in_full.workflow = "public::ours::mine";
    EXPECT_EQ(cron.add(in_short), cron.add(in_full));
}

TEST(Triggers, start_runs_when_their_function_says_so)
{
    const Database database;
    std::promise<std::string> imported;
    std::atomic<int> asked = 0;
    Runner runner(database.url);
    runner.add(workflow_of([&](Context& context) {
        imported.set_value(context.require<std::string>("file"));
    }));
    Trigger trigger{.name = "files", .workflow = "only", .interval = 10ms};
    trigger.poll = [&] {
        return ++asked == 2 ? TriggerResult::fire({{"file", "a.csv"}}) : TriggerResult::skip();
    };
    runner.add(trigger);
    EXPECT_EQ(imported.get_future().get(), "a.csv");
    const std::vector<TriggerExecution> history = runner.triggers().history("files");
    ASSERT_EQ(history.size(), 1u);
    EXPECT_EQ(
        runner.attach(history[0].run_id).wait().initial_context(), Context({{"file", "a.csv"}})
    );
}

TEST(Triggers, are_listed_disabled_and_fired_by_hand)
{
    const Database database;
    Runner runner(database.url);
    runner.add(workflow_of(nothing));
    runner.add(Trigger{
        .name = "files", .workflow = "only", .poll = TriggerResult::skip, .interval = 24h});
    Triggers triggers = runner.triggers();
    const std::optional<TriggerSchedule> schedule = triggers.get("files");
    ASSERT_TRUE(schedule);
    EXPECT_EQ(schedule->workflow_name, "only");
    EXPECT_EQ(schedule->poll_interval, 24h);
    EXPECT_EQ(triggers.get("other"), std::nullopt);
    triggers.set_enabled("files", false);
    EXPECT_TRUE(triggers.list(true).empty());
    EXPECT_EQ(triggers.list(false).size(), 1u);
    EXPECT_EQ(triggers.fire("files", {{"n", 1}}).wait().initial_context(), Context({{"n", 1}}));
    EXPECT_EQ(kind_of_error([&] { triggers.fire("other"); }), Error::Kind::not_found);
    EXPECT_TRUE(triggers.history("other").empty());
}

TEST(Triggers, refuse_what_makes_no_sense)
{
    const Database database;
    Runner runner(database.url);
    runner.add(workflow_of(nothing));
    Trigger trigger{.name = "files", .workflow = "only", .poll = TriggerResult::skip};
    trigger.cron = "61 * * * *";
    EXPECT_THROW(runner.add(trigger), DefinitionError);
}

} // namespace
} // namespace sluice::workflows::schedules_test
