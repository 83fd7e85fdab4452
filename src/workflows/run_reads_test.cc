// SPDX-License-Identifier: Apache-2.0
#include "workflows/run_reads.h"

#include "engine/testing.h"
#include "workflows/run_actions.h"
#include "workflows/submission.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::run_reads_test {
namespace {

class RunReadsTest : public testing::EngineTest {
protected:
    RunReadsTest()
    {
        definition.name.workflow = "etl";
        definition.tasks = {{"extract"}, {"load", {"extract"}}, {"tell", {"load"}}};
        const DeclareWorkflows request{{{definition.name.text(), "00000000000000aa", "{}"}}};
        workflow = db(request).value().front().row.id;
        RegisterWorker me;
        me.name = "here";
        me.host = "host";
        worker = db(me).value();
    }

    Submitted begin(std::string context = "")
    {
        const SubmissionTemplate made(definition, std::chrono::minutes(5));
        return db(made.make(workflow, std::move(context), std::chrono::hours(1))).value();
    }

    Leased claim()
    {
        Claim request;
        request.worker = worker;
        request.queues = std::make_shared<QueueFilter>(std::vector<std::string>{
            workflow_queue(definition.name)});
        return db(request).value().at(0);
    }

    void end(const Leased& task, std::string result, std::optional<FailureKind> failure = {})
    {
        Finish request;
        request.task = task.task;
        request.run = task.run;
        request.attempt = task.attempt;
        request.worker = worker;
        request.failure = failure;
        (failure ? request.error : request.result) = std::move(result);
        ASSERT_TRUE(db(request));
    }

    SharedReport report(RunId run) { return testing::await(loop, reads.report(run)).value(); }
    std::vector<std::string> why(RunId run) { return testing::await(loop, reads.why(run)).value(); }

    WorkflowDefinition definition;
    WorkflowId workflow;
    WorkerId worker;
    RunReads reads{db.store()};
    RunActions actions{db.store(), "ann"};
};

TEST_F(RunReadsTest, a_report_tells_each_task_with_its_output_in_the_order_of_description)
{
    const Submitted run = begin(R"({"n":1})");
    end(claim(), R"({"rows":3})");
    const Leased load = claim();

    const SharedReport seen = report(run.run);
    EXPECT_EQ(seen->workflow, "public::embedded::etl");
    EXPECT_EQ(seen->version, "00000000000000aa");
    EXPECT_EQ(seen->status, RunStatus::running);
    EXPECT_EQ(seen->initial_context, R"({"n":1})");
    ASSERT_EQ(seen->tasks.size(), 3u);
    EXPECT_EQ(seen->tasks[0].id, "extract");
    EXPECT_EQ(seen->tasks[0].status, TaskStatus::completed);
    EXPECT_EQ(seen->tasks[0].end->result, R"({"rows":3})");
    EXPECT_EQ(seen->tasks[1].status, TaskStatus::running);
    EXPECT_EQ(seen->tasks[1].attempts, 1);
    EXPECT_EQ(seen->tasks[2].status, TaskStatus::not_started);
    EXPECT_EQ(seen->parents, (ParentPlaces{{}, {0}, {1}}));
    EXPECT_EQ(final_context_of(*seen).value(), R"({"rows":3})");
    end(load, "");
}

TEST_F(RunReadsTest, the_status_follows_the_run_from_pending_to_its_end)
{
    const Submitted run = begin();
    const auto status = [&] { return testing::await(loop, reads.status(run.run)).value(); };
    EXPECT_EQ(status(), RunStatus::pending);
    ASSERT_TRUE(testing::await(loop, actions.pause(run.run)));
    EXPECT_EQ(status(), RunStatus::paused);
    ASSERT_TRUE(testing::await(loop, actions.resume(run.run)));
    end(claim(), "");
    EXPECT_EQ(status(), RunStatus::running);
    ASSERT_TRUE(testing::await(loop, actions.cancel(run.run, "enough")));
    EXPECT_EQ(status(), RunStatus::cancelled);
    EXPECT_EQ(report(run.run)->error, "the run was cancelled: enough");
    EXPECT_EQ(
        testing::await(loop, actions.cancel(run.run, "")).error(),
        (Error{Errc::conflict, "the run is final: Cancelled"})
    );
}

TEST_F(RunReadsTest, retry_from_runs_a_task_and_what_depends_on_it_again)
{
    const Submitted run = begin();
    for (int i = 0; i < 3; ++i)
        end(claim(), "");
    EXPECT_EQ(report(run.run)->status, RunStatus::completed);
    const auto again = [&](const std::string& task) {
        return testing::await(loop, actions.retry_from(run.run, task, std::chrono::hours(1)));
    };
    EXPECT_EQ(
        again("lod").error(),
        (Error{
            Errc::not_found,
            fmt::format("run '{}' has no task 'lod' (did you mean 'load'?)", report(run.run)->id)})
    );
    ASSERT_TRUE(again("load"));
    const SharedReport seen = report(run.run);
    EXPECT_EQ(seen->status, RunStatus::running);
    EXPECT_EQ(seen->tasks[0].status, TaskStatus::completed);
    EXPECT_EQ(seen->tasks[1].status, TaskStatus::ready);
    EXPECT_EQ(seen->tasks[2].status, TaskStatus::not_started);
    EXPECT_EQ(seen->tasks[2].attempts, 1) << "it has begun before";
}

TEST_F(RunReadsTest, a_run_whose_only_attempt_failed_is_not_pending_while_it_waits_for_the_next)
{
    const Submitted run = begin();
    const Submitted other = begin();
    const auto status = [&](RunId id) { return testing::await(loop, reads.status(id)).value(); };
    end(claim(), "no luck", FailureKind::reported);
    EXPECT_EQ(report(run.run)->tasks[0].status, TaskStatus::ready);
    EXPECT_EQ(status(run.run), RunStatus::running);
    EXPECT_EQ(status(other.run), RunStatus::pending);
}

TEST_F(RunReadsTest, lists_are_newest_first_and_of_what_was_asked_for)
{
    const Submitted first = begin();
    const Submitted second = begin();
    ASSERT_TRUE(testing::await(loop, actions.cancel(first.run, "")));
    const auto list = [&](RunReads::Query query) {
        std::vector<std::string> ids;
        for (const RunLine& line : testing::await(loop, reads.list(query)).value())
            ids.push_back(line.id);
        return ids;
    };
    const std::string a = report(first.run)->id;
    const std::string b = report(second.run)->id;
    EXPECT_EQ(list({}), (std::vector{b, a}));
    RunReads::Query cancelled;
    cancelled.status = RunStatus::cancelled;
    EXPECT_EQ(list(cancelled), std::vector{a});
    RunReads::Query older;
    older.before = second.run;
    EXPECT_EQ(list(older), std::vector{a});
    RunReads::Query other;
    other.workflow = "public::embedded::other";
    EXPECT_TRUE(list(other).empty());
}

TEST_F(RunReadsTest, ids_are_those_of_runs_only)
{
    const Submitted run = begin();
    EXPECT_EQ(reads.find(report(run.run)->id).value(), run.run);
    EXPECT_EQ(reads.find("7").error().code, Errc::invalid);
    EXPECT_EQ(reads.find("01890000-0000-7000-8000-000000000000").error().code, Errc::not_found);
}

TEST_F(RunReadsTest, why_says_that_nobody_serves_the_workflow_and_who_waits_for_whom)
{
    const Submitted run = begin();
    EXPECT_EQ(
        why(run.run),
        (std::vector<std::string>{
            "no live process serves workflow 'public::embedded::etl'", "task 'extract' is ready",
            "task 'load' waits for 'extract'", "task 'tell' waits for 'load'"})
    );
    ASSERT_TRUE(testing::await(loop, actions.cancel(run.run, "")));
    EXPECT_TRUE(why(run.run).empty());
}

TEST_F(RunReadsTest, why_tells_full_slots_and_when_a_task_is_tried_again)
{
    const Submitted run = begin();
    DescribeWorker full{
        worker, R"(["workflow/public::embedded::etl"])", R"({"places":1,"taken":1,"overdue":1})"};
    ASSERT_TRUE(db(full));
    EXPECT_EQ(
        why(run.run).at(0), "task 'extract' is ready: every slot of the 1 process(es) that serve "
                            "the workflow is taken, 1 of them by bodies whose time has run out"
    );
    end(claim(), "no luck", FailureKind::reported);
    EXPECT_TRUE(why(run.run).at(0).starts_with("attempt 2 of task 'extract' begins in "));
}

TEST_F(RunReadsTest, why_tells_of_overdue_bodies_only_where_they_keep_a_task_from_a_slot)
{
    const Submitted run = begin();
    DescribeWorker roomy{
        worker, R"(["workflow/public::embedded::etl"])", R"({"places":2,"taken":1,"overdue":1})"};
    ASSERT_TRUE(db(roomy));
    EXPECT_EQ(why(run.run).at(0), "task 'extract' is ready");
}

TEST_F(RunReadsTest, events_tell_a_run_from_its_submission_to_its_end)
{
    const Submitted run = begin();
    end(claim(), "no luck", FailureKind::reported);
    ASSERT_TRUE(testing::await(loop, actions.cancel(run.run, "enough")));
    std::vector<std::string> kinds;
    for (const RunReads::Event& event : testing::await(loop, reads.events(run.run)).value())
        kinds.push_back(event.task.empty() ? event.kind : event.task + " " + event.kind);
    ASSERT_GE(kinds.size(), 5u);
    EXPECT_EQ(kinds.front(), "submitted");
    EXPECT_EQ(kinds.at(1), "extract started");
    EXPECT_EQ(kinds.at(2), "extract failed attempt");
    EXPECT_EQ(kinds.back(), "Cancelled");
    EXPECT_EQ(std::count(kinds.begin(), kinds.end(), "cancel"), 1);
}

} // namespace
} // namespace sluice::run_reads_test
