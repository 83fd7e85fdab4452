// SPDX-License-Identifier: Apache-2.0
#include "workflows/abandon_duty.h"

#include "engine/testing.h"
#include "workflows/registry.h"
#include "workflows/run_reads.h"
#include "workflows/submission.h"

namespace sluice::abandon_duty_test {
namespace {

class AbandonDutyTest : public testing::EngineTest {
protected:
    AbandonDutyTest()
    {
        definition.name.workflow = "gone";
        definition.tasks = {{"a"}, {"b", {"a"}}};
        const DeclareWorkflows request{{{definition.name.text(), "00000000000000aa", "{}"}}};
        const WorkflowId workflow = db(request).value().front().row.id;
        const SubmissionTemplate made(definition, std::chrono::minutes(5));
        run = db(made.make(workflow, "", std::chrono::hours(1))).value().run;
    }

    void look() { testing::await(loop, duty.run_once()); }

    SharedReport report()
    {
        RunReads reads(db.store());
        return testing::await(loop, reads.report(run)).value();
    }

    void add()
    {
        const auto registration = std::make_shared<WorkflowRegistration>();
        registration->definition = definition;
        registration->bodies.resize(definition.tasks.size());
        const auto known = std::make_shared<KnownWorkflow>();
        known->workflow_namespace = definition.name.text();
        known->registration = registration;
        registry.add(known);
    }

    WorkflowDefinition definition;
    RunId run;
    Registry registry;
    AbandonDuty duty{db.store(), registry, std::chrono::minutes(1), Log()};
};

TEST_F(AbandonDutyTest, fails_what_nobody_has_served_for_so_long)
{
    look();
    clock.advance(std::chrono::seconds(59));
    look();
    EXPECT_EQ(report()->status, RunStatus::pending);
    clock.advance(std::chrono::seconds(1));
    look();
    const SharedReport seen = report();
    EXPECT_EQ(seen->status, RunStatus::failed);
    EXPECT_EQ(
        seen->tasks[0].error, "ABANDONED: no process knows workflow 'public::embedded::gone'"
    );
    EXPECT_EQ(seen->tasks[1].status, TaskStatus::skipped);
}

TEST_F(AbandonDutyTest, begins_to_count_anew_when_somebody_has_served_it_meanwhile)
{
    look();
    RegisterWorker registering;
    registering.name = "other";
    registering.host = "host";
    registering.lease = std::chrono::seconds(30);
    const WorkerId worker = db(registering).value();
    const DescribeWorker serving{worker, R"(["workflow/public::embedded::gone"])", "{}"};
    ASSERT_TRUE(db(serving));
    clock.advance(std::chrono::seconds(20));
    look();
    clock.advance(std::chrono::seconds(41)); // its lease is over
    look();
    EXPECT_EQ(report()->status, RunStatus::pending);
}

// What the database is told of this process comes later than its registry knows.
TEST_F(AbandonDutyTest, lets_a_workflow_alone_that_was_added_here_after_the_start)
{
    look();
    clock.advance(std::chrono::seconds(59));
    add();
    for (int i = 0; i < 3; ++i) {
        clock.advance(std::chrono::minutes(1));
        look();
    }
    EXPECT_EQ(report()->status, RunStatus::pending);
}

} // namespace
} // namespace sluice::abandon_duty_test
