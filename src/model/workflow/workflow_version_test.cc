// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/workflow_version.h"

#include "model/workflow/definition_testing.h"

#include <gtest/gtest.h>

#include <set>

namespace sluice::workflow_version_test {
namespace {

WorkflowDefinition etl()
{
    WorkflowDefinition definition = workflow({task("extract"), task("load", {"extract"})});
    definition.description = "daily";
    definition.tags = {{"team", "data"}};
    definition.tasks[0].fingerprint = "1";
    definition.tasks[1].fingerprint = "2";
    definition.tasks[1].rule = condition(RuleForm::task_success, "extract");
    return definition;
}

// Stored with each run: a change here means that every workflow seems to have changed.
TEST(WorkflowVersion, is_the_same_in_every_release)
{
    WorkflowDefinition smallest = workflow({task("a")});
    smallest.name.workflow = "w";

    EXPECT_EQ(workflow_version(smallest), "2c4d2d0797427f84");
    EXPECT_EQ(workflow_version(etl()), "05c954878ea25f47");
}

TEST(WorkflowVersion, each_part_of_the_definition_counts)
{
    std::set<std::string> versions{workflow_version(etl())};
    const auto add = [&versions](auto change) {
        WorkflowDefinition definition = etl();
        change(definition);
        EXPECT_TRUE(versions.insert(workflow_version(definition)).second);
    };
    add([](WorkflowDefinition& changed) { changed.name.tenant = "acme"; });
    add([](WorkflowDefinition& changed) { changed.name.package = "acme"; });
    add([](WorkflowDefinition& changed) { changed.name.workflow = "etl2"; });
    add([](WorkflowDefinition& changed) { changed.description = "hourly"; });
    add([](WorkflowDefinition& changed) { changed.tags["team"] = "web"; });
    add([](WorkflowDefinition& changed) { changed.tags["more"] = ""; });
    add([](WorkflowDefinition& changed) { changed.tasks[0].fingerprint = "3"; });
    add([](WorkflowDefinition& changed) { changed.tasks[1].dependencies = {}; });
    add([](WorkflowDefinition& changed) { changed.tasks[1].rule.reset(); });
    add([](WorkflowDefinition& changed) { changed.tasks[1].rule->form = RuleForm::task_failed; });
    add([](WorkflowDefinition& changed) { changed.tasks.pop_back(); });
    add([](WorkflowDefinition& changed) { std::swap(changed.tasks[0], changed.tasks[1]); });
}

TEST(WorkflowVersion, the_order_of_dependencies_counts_as_it_is_that_of_the_merge)
{
    const auto version = [](std::vector<std::string> dependencies) {
        return workflow_version(workflow({task("a"), task("b"), task("c", dependencies)}));
    };
    EXPECT_NE(version({"a", "b"}), version({"b", "a"}));
}

TEST(WorkflowVersion, how_often_and_how_long_a_task_is_tried_does_not_count)
{
    WorkflowDefinition definition = etl();
    definition.tasks[0].retry.tries_max = 9;
    definition.tasks[0].timeout = std::chrono::seconds(5);

    EXPECT_EQ(workflow_version(definition), workflow_version(etl()));
}

} // namespace
} // namespace sluice::workflow_version_test
