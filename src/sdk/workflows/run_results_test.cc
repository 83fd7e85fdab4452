// SPDX-License-Identifier: Apache-2.0
#include "sluice/run_results.h"

#include "sdk/workflows/conversions.h"
#include "sdk/workflows/inside.h"

#include <gtest/gtest.h>

namespace sluice::workflows::run_results_test {
namespace {

SharedEnd succeeded(std::string result)
{
    DoneRow row{};
    row.outcome = TaskState::succeeded;
    row.result = std::move(result);
    return std::make_shared<const DoneRow>(std::move(row));
}

// extract -> load; `load` has failed.
std::shared_ptr<RunReport> report()
{
    auto report = std::make_shared<RunReport>();
    report->id = "run-1";
    report->workflow = "public::embedded::etl";
    report->version = "0123456789abcdef";
    report->status = sluice::RunStatus::failed;
    report->created_at = from_micros(1'000'001);
    report->ended_at = from_micros(2'000'000);
    report->error = "1 task(s) failed, 1 completed, 0 skipped";
    report->initial_context = R"({"n":1})";
    report->parents = {{}, {0}};
    report->tasks.resize(2);
    TaskReport& extract = report->tasks[0];
    extract.id = "extract";
    extract.status = sluice::TaskStatus::completed;
    extract.attempts = 2;
    extract.end = succeeded(R"({"n":2})");
    TaskReport& load = report->tasks[1];
    load.id = "load";
    load.status = sluice::TaskStatus::failed;
    load.error = "boom";
    DoneRow failed{};
    failed.outcome = TaskState::failed;
    load.end = std::make_shared<const DoneRow>(std::move(failed));
    return report;
}

TEST(RunResult, tells_what_became_of_the_run)
{
    const RunResult result = Inside::result(report());
    EXPECT_EQ(result.id(), "run-1");
    EXPECT_EQ(result.workflow(), "public::embedded::etl");
    EXPECT_EQ(result.version(), "0123456789abcdef");
    EXPECT_EQ(result.status(), RunStatus::failed);
    EXPECT_EQ(result.start_time(), Time(std::chrono::microseconds(1'000'001)));
    EXPECT_EQ(result.end_time(), Time(std::chrono::seconds(2)));
    EXPECT_EQ(result.error_message(), "1 task(s) failed, 1 completed, 0 skipped");
    EXPECT_EQ(result.initial_context(), Context({{"n", 1}}));
    EXPECT_EQ(result.final_context(), Context({{"n", 2}})); // of the nearest that has one
    EXPECT_EQ(&result.final_context(), &result.final_context());
}

TEST(RunResult, tells_what_became_of_each_task)
{
    const RunResult result = Inside::result(report());
    ASSERT_EQ(result.tasks().size(), 2u);
    EXPECT_EQ(result.tasks()[0].id, "extract");
    EXPECT_EQ(result.task("extract").output, Context({{"n", 2}}));
    EXPECT_EQ(result.task("extract").attempts, 2);
    EXPECT_EQ(result.task("load").status, TaskStatus::failed);
    EXPECT_EQ(result.task("load").error, "boom");
    EXPECT_EQ(result.task("load").output, std::nullopt);
}

TEST(RunResult, names_the_nearest_task_for_one_that_it_has_not)
{
    try {
        Inside::result(report()).task("extrakt");
        FAIL() << "it was found";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), Error::Kind::not_found);
        EXPECT_NE(std::string(error.what()).find("did you mean 'extract'?"), std::string::npos);
    }
}

TEST(RunResult, says_which_output_is_damaged)
{
    const std::shared_ptr<RunReport> damaged = report();
    damaged->tasks[0].end = succeeded("[");
    const RunResult result = Inside::result(damaged);
    EXPECT_THROW(result.final_context(), ContextError);
    try {
        result.tasks();
        FAIL() << "it was read";
    } catch (const ContextError& error) {
        EXPECT_NE(std::string(error.what()).find("'extract'"), std::string::npos);
    }
    EXPECT_EQ(result.status(), RunStatus::failed);
}

TEST(Statuses, are_spelled_as_results_spell_them)
{
    EXPECT_EQ(name(RunStatus::pending), "Pending");
    EXPECT_EQ(name(RunStatus::cancelled), "Cancelled");
    EXPECT_EQ(name(TaskStatus::not_started), "NotStarted");
    EXPECT_EQ(name(TaskStatus::skipped), "Skipped");
    EXPECT_EQ(name(Catchup::run_all), "run_all");
}

TEST(Statuses, that_are_final_are_the_last_ones)
{
    EXPECT_FALSE(is_final(RunStatus::paused));
    EXPECT_TRUE(is_final(RunStatus::completed));
    EXPECT_FALSE(is_final(TaskStatus::paused));
    EXPECT_TRUE(is_final(TaskStatus::skipped));
}

TEST(RunnerOptions, are_handed_to_the_engine)
{
    RunnerOptions options{.max_concurrent_tasks = 7, .mode = Mode::scheduler_only};
    options.cron.max_catchup_executions = 5;
    options.abandon_unknown_after = std::chrono::minutes(3);
    options.name = "here";
    const HostOptions host = host_options("sqlite://x", "tenant", options);
    EXPECT_EQ(host.url, "sqlite://x");
    EXPECT_EQ(host.schema, "tenant");
    EXPECT_EQ(host.slots, 7u);
    EXPECT_EQ(host.mode, HostOptions::Mode::scheduler_only);
    EXPECT_EQ(host.cron.catchup_ticks_max, 5);
    EXPECT_EQ(host.abandon_unknown_after, Micros(std::chrono::minutes(3)));
    EXPECT_EQ(host.run_timeout, Micros(std::chrono::hours(1)));
    EXPECT_EQ(host.name, "here");
}

TEST(RunnerOptions, have_the_defaults_of_the_contract)
{
    const HostOptions host = host_options("sqlite://x", "", {});
    EXPECT_EQ(host.slots, 4u);
    EXPECT_EQ(host.task_timeout, Micros(std::chrono::seconds(300)));
    EXPECT_EQ(host.run_timeout, Micros(std::chrono::seconds(3'600)));
    EXPECT_EQ(host.heartbeat, Micros(std::chrono::seconds(10)));
    EXPECT_EQ(host.lease, Micros(std::chrono::seconds(60)));
    EXPECT_EQ(host.mode, HostOptions::Mode::both);
    EXPECT_EQ(host.context_bytes_max, 16'777'216u);
    EXPECT_EQ(host.abandon_unknown_after, std::nullopt);
    EXPECT_TRUE(host.cron.enabled);
    EXPECT_EQ(host.cron.catchup_ticks_max, 100);
    EXPECT_TRUE(host.cron.retries_failed);
    EXPECT_EQ(host.cron.retries_max, 3);
    EXPECT_EQ(host.cron.retry_interval, Micros(std::chrono::seconds(300)));
    EXPECT_EQ(host.cron.retry_age_max, Micros(std::chrono::hours(24)));
}

TEST(RunnerOptions, out_of_their_bounds_are_all_named)
{
    RunnerOptions options{.max_concurrent_tasks = 0};
    options.task_timeout = std::chrono::milliseconds(0);
    options.cron.recovery_interval = std::chrono::seconds::min();
    try {
        host_options("sqlite://x", "", options);
        FAIL() << "they were accepted";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), Error::Kind::invalid);
        EXPECT_EQ(error.problems().size(), 3u) << error.what();
    }
}

} // namespace
} // namespace sluice::workflows::run_results_test
