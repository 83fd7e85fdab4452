// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/workflow_edit.h"

#include "model/workflow/definition_testing.h"
#include "model/workflow/workflow_check.h"

#include <gtest/gtest.h>

namespace sluice::workflow_edit_test {
namespace {

using Ids = std::vector<std::string>;

WorkflowDefinition chain()
{
    WorkflowDefinition definition =
        workflow({task("a"), task("b", {"a"}), task("c", {"b", "a"}), task("other")});
    definition.description = "what it is for";
    definition.tags = {{"team", "data"}};
    return definition;
}

Ids ids_of(const WorkflowDefinition& definition)
{
    Ids ids;
    for (const WorkflowTask& task : definition.tasks)
        ids.push_back(task.id);
    return ids;
}

TEST(WorkflowEdit, a_subgraph_has_all_that_its_tasks_depend_on)
{
    const WorkflowDefinition part = subgraph(chain(), Ids{"b"}).value();

    EXPECT_EQ(ids_of(part), (Ids{"a", "b"}));
    EXPECT_EQ(part.description, "what it is for");
    EXPECT_EQ(part.tags, chain().tags);
    EXPECT_EQ(ids_of(subgraph(chain(), Ids{"other", "c"}).value()), (Ids{"a", "b", "c", "other"}));
}

TEST(WorkflowEdit, without_a_task_those_that_depended_on_it_no_longer_do)
{
    const WorkflowDefinition definition = without_task(chain(), "b").value();

    EXPECT_EQ(ids_of(definition), (Ids{"a", "c", "other"}));
    EXPECT_EQ(definition.tasks[1].dependencies, Ids{"a"});
    EXPECT_EQ(definition_problems(definition), Ids{});
}

TEST(WorkflowEdit, one_dependency_can_be_removed)
{
    const WorkflowDefinition definition =
        without_dependency(chain(), {.task = "c", .on = "b"}).value();
    EXPECT_EQ(definition.tasks[2].dependencies, Ids{"a"});
    EXPECT_EQ(definition.tasks[1].dependencies, Ids{"a"});
}

TEST(WorkflowEdit, names_may_be_views_of_what_is_removed)
{
    WorkflowDefinition definition = chain();
    const std::string_view b = definition.tasks[2].dependencies[0];
    EXPECT_EQ(
        without_dependency(definition, {.task = definition.tasks[2].id, .on = b})
            .value()
            .tasks[2]
            .dependencies,
        Ids{"a"}
    );
    EXPECT_EQ(
        ids_of(without_task(definition, definition.tasks[0].id).value()), (Ids{"b", "c", "other"})
    );
}

TEST(WorkflowEdit, what_is_not_there_is_an_error)
{
    EXPECT_EQ(subgraph(chain(), Ids{"x1"}).error().code, Errc::not_found);
    EXPECT_EQ(
        without_task(chain(), "othr").error().detail,
        "workflow 'etl' has no task 'othr' (did you mean 'other'?)"
    );
    EXPECT_EQ(
        without_dependency(chain(), {.task = "b", .on = "c"}).error(),
        (Error{Errc::not_found, "task 'b' does not depend on 'c'"})
    );
}

TEST(WorkflowEdit, a_rule_that_names_what_is_gone_is_found_by_the_check)
{
    WorkflowDefinition definition = chain();
    definition.tasks[2].rule = condition(RuleForm::task_success, "b");

    EXPECT_EQ(
        definition_problems(without_task(definition, "b").value()),
        Ids{"the rule of 'c' names 'b', which does not exist"}
    );
}

} // namespace
} // namespace sluice::workflow_edit_test
