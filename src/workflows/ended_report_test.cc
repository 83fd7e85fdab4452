// SPDX-License-Identifier: Apache-2.0
#include "workflows/ended_report.h"

#include "model/workflow/definition_testing.h"
#include "workflows/submission.h"

#include <gtest/gtest.h>

namespace sluice::ended_report_test {
namespace {

using namespace std::chrono_literals;

// A run of a -> b, both of them completed.
class EndedReport : public ::testing::Test {
protected:
    EndedReport()
    {
        const auto registration = std::make_shared<WorkflowRegistration>();
        registration->definition = workflow({task("a"), task("b", {"a"})});
        registration->version = "00000000000000aa";
        const auto known = std::make_shared<KnownWorkflow>();
        known->workflow_namespace = registration->definition.name.text();
        known->submission = std::make_shared<SubmissionTemplate>(registration->definition, 5min);
        known->registration = registration;
        run = {known, RunId{1}, from_micros(1'000'000), {TaskId{10}, TaskId{11}}};
        ended.row.id = run.run;
        ended.row.state = RunState::succeeded;
        ended.row.finished_at = from_micros(9'000'000);
        ended.row.counts = {.total = 2, .succeeded = 2};
        ends = {end(TaskId{11}, TaskState::succeeded), end(TaskId{10}, TaskState::succeeded)};
    }

    SharedEnd end(TaskId task, TaskState outcome, int attempt = 1) const
    {
        auto row = std::make_shared<DoneRow>();
        row->run = run.run;
        row->task = task;
        row->outcome = outcome;
        row->attempt = attempt;
        if (attempt > 0)
            row->claimed_at = row->started_at = from_micros(2'000'000);
        row->finished_at = from_micros(3'000'000);
        row->error = outcome == TaskState::succeeded ? "" : "why";
        return row;
    }

    SharedReport report() const { return ended_report(run, "id", ended, ends, "{\"n\":1}"); }

    OwnRun run;
    EndedRun ended;
    std::vector<SharedEnd> ends;
};

TEST_F(EndedReport, tells_of_the_run_and_its_tasks_in_the_order_of_their_description)
{
    const SharedReport made = report();
    ASSERT_NE(made, nullptr);
    EXPECT_EQ(made->id, "id");
    EXPECT_EQ(made->workflow, "public::embedded::etl");
    EXPECT_EQ(made->version, "00000000000000aa");
    EXPECT_EQ(made->status, RunStatus::completed);
    EXPECT_EQ(made->created_at, run.created_at);
    EXPECT_EQ(made->ended_at, ended.row.finished_at);
    EXPECT_EQ(made->initial_context, "{\"n\":1}");
    EXPECT_EQ(made->parents, (ParentPlaces{{}, {0}}));
    ASSERT_EQ(made->tasks.size(), 2U);
    EXPECT_EQ(made->tasks[0].id, "a");
    EXPECT_EQ(made->tasks[0].end, ends[1]);
    EXPECT_EQ(made->tasks[1].id, "b");
    EXPECT_EQ(made->tasks[1].attempts, 1);
}

TEST_F(EndedReport, counts_no_attempt_of_a_task_whose_rule_said_no)
{
    ends[0] = end(TaskId{11}, TaskState::skipped);
    ended.row.counts = {.total = 2, .succeeded = 1, .skipped = 1};
    const SharedReport made = report();
    ASSERT_NE(made, nullptr);
    EXPECT_EQ(made->tasks[1].attempts, 0);
    EXPECT_EQ(made->tasks[1].started_at, std::nullopt);
    EXPECT_EQ(made->tasks[1].error, "why");
}

TEST_F(EndedReport, is_not_made_while_an_end_is_missing)
{
    ends.pop_back();
    EXPECT_EQ(report(), nullptr);
    ends.push_back(end(TaskId{12}, TaskState::succeeded));
    EXPECT_EQ(report(), nullptr);
}

TEST_F(EndedReport, is_not_made_from_ends_that_the_run_has_not_counted)
{
    ends[0] = end(TaskId{11}, TaskState::failed); // and lived again elsewhere
    EXPECT_EQ(report(), nullptr);
}

} // namespace
} // namespace sluice::ended_report_test
