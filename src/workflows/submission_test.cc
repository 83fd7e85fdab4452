// SPDX-License-Identifier: Apache-2.0
#include "workflows/submission.h"

#include "model/workflow/definition_testing.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::submission_test {
namespace {

using namespace std::chrono_literals;

Submit submission_of(std::vector<WorkflowTask> tasks, std::string context = {})
{
    return SubmissionTemplate(workflow(std::move(tasks)), 5min)
        .make(WorkflowId{7}, std::move(context), 1h);
}

// "0->2 not_failed", in their order.
std::vector<std::string> links_of(const Submit& request)
{
    std::vector<std::string> links;
    for (const GraphLink& link : request.links)
        links.push_back(fmt::format(
            "{}->{} {}", link.parent, link.child,
            link.condition == LinkCondition::always ? "always" : "not_failed"
        ));
    return links;
}

TEST(SubmissionTemplate, makes_a_run_in_the_queue_of_its_workflow)
{
    const Submit request = submission_of({task("a")}, "{\"n\":1}");
    EXPECT_EQ(request.run.kind, RunKind::execution);
    EXPECT_EQ(request.run.queues, std::vector<std::string>{"workflow/public::embedded::etl"});
    EXPECT_EQ(request.run.timeout, Micros(1h));
    EXPECT_EQ(request.run.execution->workflow, WorkflowId{7});
    EXPECT_EQ(request.run.execution->context, "{\"n\":1}");
}

TEST(SubmissionTemplate, gives_a_task_its_own_timeout_or_the_one_of_all)
{
    WorkflowTask quick = task("quick");
    quick.timeout = 3s;
    quick.retry.tries_max = 9;
    const Submit request = submission_of({quick, task("other")});
    EXPECT_EQ(request.tasks[0].timeout, Micros(3s));
    EXPECT_EQ(request.tasks[0].retry.tries_max, 9);
    EXPECT_EQ(request.tasks[1].timeout, Micros(5min));
    EXPECT_EQ(request.tasks[1].retry, workflow_retry());
}

TEST(SubmissionTemplate, keeps_dependencies_in_their_order_and_skips_after_failures)
{
    const Submit request = submission_of({task("a"), task("b"), task("c", {"b", "a"})});
    EXPECT_EQ(request.tasks[2].parents, (NewParents{{1, 0}, {}}));
    EXPECT_EQ(links_of(request), (std::vector<std::string>{"1->2 not_failed", "0->2 not_failed"}));
    EXPECT_EQ(request.links[0].unmet, Unmet::skip);
    EXPECT_EQ(request.tasks[2].payload, "");
}

TEST(SubmissionTemplate, tells_a_task_with_a_rule_all_ends_that_the_rule_names)
{
    WorkflowTask ruled = task("c", {"b"});
    ruled.rule = combination(
        RuleForm::any,
        {condition(RuleForm::task_failed, "a"), condition(RuleForm::task_success, "b")}
    );
    const Submit request = submission_of({task("a"), task("b", {"a"}), ruled});
    EXPECT_EQ(request.tasks[2].parents, (NewParents{{1}, {0}}));
    EXPECT_EQ(
        links_of(request),
        (std::vector<std::string>{"0->1 not_failed", "1->2 always", "0->2 always"})
    );
    const RulePayload payload = parse_rule_payload(request.tasks[2].payload).value();
    EXPECT_EQ(payload.dependencies, std::vector<std::string>{"b"});
    EXPECT_EQ(describe_rule(payload.rule), describe_rule(*ruled.rule));
}

TEST(SubmissionTemplate, keeps_the_order_of_the_definition_also_when_parents_come_later)
{
    const Submit request = submission_of({task("late", {"early"}), task("early")});
    EXPECT_EQ(request.tasks[0].name, "late");
    EXPECT_EQ(request.tasks[0].parents.dependencies, std::vector<std::uint32_t>{1});
}

TEST(SubmissionTemplate, puts_parents_first_in_a_run_that_is_loaded_in_pieces)
{
    constexpr std::size_t count = 3000;
    std::vector<WorkflowTask> tasks; // the last one is the root
    for (std::size_t i = 0; i < count; ++i) {
        WorkflowTask& added = tasks.emplace_back(task(fmt::format("t{}", i)));
        if (i + 1 < count)
            added.dependencies = {fmt::format("t{}", i + 1)};
    }
    const SubmissionTemplate made(workflow(std::move(tasks)), 5min);
    ASSERT_TRUE(made.is_large());
    EXPECT_EQ(made.tasks().front().name, "t2999");
    const Submit request = made.make(WorkflowId{7}, "", 1h);
    for (std::uint32_t i = 0; i < count; ++i)
        for (const std::uint32_t parent : request.tasks[i].parents.dependencies)
            ASSERT_LT(parent, i);
    EXPECT_TRUE(std::ranges::all_of(request.links, [](const GraphLink& link) {
        return link.parent < link.child;
    }));
}

} // namespace
} // namespace sluice::submission_test
