// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/workflow_check.h"

#include "model/workflow/definition_testing.h"

#include <gtest/gtest.h>

#include <set>

namespace sluice::workflow_check_test {
namespace {

using Lines = std::vector<std::string>;

WorkflowTask with_rule(WorkflowTask task, TriggerRule rule)
{
    task.rule = std::move(rule);
    return task;
}

TriggerRule success(std::string task)
{
    return condition(RuleForm::task_success, std::move(task));
}

TEST(WorkflowCheck, chains_and_diamonds_are_good)
{
    EXPECT_EQ(definition_problems(workflow({task("a")})), Lines{});
    EXPECT_EQ(definition_problems(workflow({task("a"), task("b", {"a"})})), Lines{});
    EXPECT_EQ(
        definition_problems(
            workflow({task("d", {"c", "b"}), task("a"), task("b", {"a"}), task("c", {"a"})})
        ),
        Lines{}
    );
}

TEST(WorkflowCheck, a_workflow_has_tasks)
{
    EXPECT_EQ(definition_problems(workflow({})), Lines{"workflow 'etl' has no tasks"});
}

TEST(WorkflowCheck, a_task_is_described_once)
{
    EXPECT_EQ(
        definition_problems(workflow({task("a"), task("b"), task("a"), task("a", {"b"})})),
        Lines{"task 'a' is described twice"}
    );
}

TEST(WorkflowCheck, a_dependency_that_does_not_exist_is_told_with_the_nearest_name)
{
    EXPECT_EQ(
        definition_problems(workflow({task("extract"), task("b", {"extrakt"})})),
        Lines{"task 'b' depends on 'extrakt', which does not exist (did you mean 'extract'?)"}
    );
    EXPECT_EQ(
        definition_problems(workflow({task("b", {"something else"})})),
        Lines{"task 'b' depends on 'something else', which does not exist"}
    );
}

TEST(WorkflowCheck, a_dependency_stands_once)
{
    EXPECT_EQ(
        definition_problems(workflow({task("a"), task("b", {"a", "a"})})),
        Lines{"task 'b' depends on 'a' twice"}
    );
}

TEST(WorkflowCheck, a_cycle_is_a_path_in_the_direction_of_the_data)
{
    EXPECT_EQ(definition_problems(workflow({task("a", {"a"})})), Lines{"cycle: a -> a"});
    EXPECT_EQ(
        definition_problems(workflow({task("a", {"c"}), task("b", {"a"}), task("c", {"b"})})),
        Lines{"cycle: a -> b -> c -> a"}
    );
    // What hangs on the cycle is not of it.
    EXPECT_EQ(
        definition_problems(
            workflow({task("z", {"b"}), task("a", {"b", "r"}), task("b", {"a"}), task("r")})
        ),
        Lines{"cycle: a -> b -> a"}
    );
}

TEST(WorkflowCheck, cycles_apart_from_each_other_are_all_told)
{
    EXPECT_EQ(
        definition_problems(
            workflow({task("a", {"b"}), task("b", {"a"}), task("c", {"d"}), task("d", {"c"})})
        ),
        (Lines{"cycle: a -> b -> a", "cycle: c -> d -> c"})
    );
}

TEST(WorkflowCheck, a_rule_names_ancestors)
{
    const TriggerRule rule = combination(
        RuleForm::all, {success("a"), success("b"), success("e"), success("extrac"), success("d"),
                        success("extrac")}
    );
    EXPECT_EQ(
        definition_problems(workflow(
            {task("a"), task("b", {"a"}), with_rule(task("d", {"b"}), rule), task("e", {"d"}),
             task("extract")}
        )),
        (Lines{
            "the rule of 'd' names 'e', which 'd' does not depend on, directly or not",
            "the rule of 'd' names 'extrac', which does not exist (did you mean 'extract'?)",
            "the rule of 'd' names 'd', which 'd' does not depend on, directly or not"})
    );
}

TEST(WorkflowCheck, a_rule_has_a_limit_of_nesting)
{
    TriggerRule rule = success("a");
    for (std::size_t depth = 1; depth < rule_depth_max; ++depth)
        rule = combination(RuleForm::none, {rule});
    const auto problems = [](const TriggerRule& rule) {
        return definition_problems(workflow({task("a"), with_rule(task("b", {"a"}), rule)}));
    };
    EXPECT_EQ(problems(rule), Lines{});
    EXPECT_EQ(
        problems(combination(RuleForm::any, {rule})),
        Lines{"the rule of 'b' is nested deeper than 100 levels"}
    );
}

TEST(WorkflowCheck, names_of_all_parts_are_checked)
{
    WorkflowDefinition definition = workflow({task("a::b"), task("")});
    definition.name = {.tenant = "", .package = "p::q", .workflow = std::string(65, 'w')};

    EXPECT_EQ(
        definition_problems(definition),
        (Lines{
            "the tenant is empty", "the package 'p::q' contains '::', which separates names",
            "the name of the workflow '" + std::string(64, 'w') + "…' has 65 bytes; 64 are allowed",
            "the task id 'a::b' contains '::', which separates names", "the task id is empty"})
    );
}

TEST(WorkflowCheck, all_problems_come_together)
{
    const Lines problems = definition_problems(workflow(
        {task("a", {"b"}), task("b", {"a"}), task("b"), with_rule(task("c", {"x"}), success("y"))}
    ));
    EXPECT_EQ(
        problems,
        (Lines{
            "task 'b' is described twice", "task 'c' depends on 'x', which does not exist",
            "the rule of 'c' names 'y', which does not exist", "cycle: a -> b -> a"})
    );
}

TEST(WorkflowCheck, after_a_hundred_problems_the_rest_is_counted)
{
    std::vector<WorkflowTask> tasks;
    for (int i = 0; i < 3000; ++i)
        tasks.push_back(task(fmt::format("task{}", i), {fmt::format("missing{}", i)}));

    const Lines problems = definition_problems(workflow(tasks));

    EXPECT_EQ(problems.size(), 101u);
    EXPECT_EQ(problems.back(), "and 2900 more problems");
}

TEST(WorkflowCheck, random_graphs_have_a_problem_exactly_when_they_have_a_cycle)
{
    int with_cycle = 0;
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        SeededRandom random(seed);
        ParentPlaces parents = random_parents(2 + random.next() % 15, random);
        const auto child = static_cast<TaskPlace>(random.next() % parents.size());
        const auto parent = static_cast<TaskPlace>(random.next() % parents.size());
        TaskPlaces& list = parents[child];
        if (std::find(list.begin(), list.end(), parent) == list.end())
            list.push_back(parent);

        const std::vector<std::vector<bool>> closure = closure_of(parents);
        bool has_cycle = false;
        for (std::size_t task = 0; task < parents.size(); ++task)
            has_cycle = has_cycle || closure[task][task];
        with_cycle += has_cycle ? 1 : 0;
        const Lines problems = definition_problems(workflow_of(parents));
        EXPECT_EQ(!problems.empty(), has_cycle) << "seed " << seed;
        for (const std::string& problem : problems)
            EXPECT_TRUE(problem.starts_with("cycle: t")) << "seed " << seed << ": " << problem;
    }
    EXPECT_GT(with_cycle, 50);
}

TEST(WorkflowCheck, random_rules_are_good_exactly_when_they_name_ancestors)
{
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        SeededRandom random(seed);
        const ParentPlaces parents = random_parents(2 + random.next() % 15, random);
        const std::size_t owner = random.next() % parents.size();
        const std::size_t named = random.next() % parents.size();
        WorkflowDefinition definition = workflow_of(parents);
        definition.tasks[owner].rule = success(definition.tasks[named].id);
        EXPECT_EQ(definition_problems(definition).empty(), closure_of(parents)[owner][named])
            << "seed " << seed;
    }
}

TEST(WorkflowCheck, a_task_that_is_not_there_is_told_with_the_nearest_name)
{
    const WorkflowDefinition definition = workflow({task("extract"), task("load")});

    EXPECT_EQ(find_task(definition, "load").value(), 1u);
    EXPECT_EQ(
        find_task(definition, "laod").error(),
        (Error{Errc::not_found, "workflow 'etl' has no task 'laod' (did you mean 'load'?)"})
    );
}

TEST(WorkflowCheck, a_problem_of_a_document_names_its_task)
{
    const Json document = parse_json(R"({"tasks": [{"id": "load"}, {"id": 2}]})").value();
    const auto told = [&](const char* path) { return told_of_task(document, {path, "bad"}); };

    EXPECT_EQ(told("tasks[0].retry.patterns[0]"), "task 'load': retry.patterns[0]: bad");
    EXPECT_EQ(told("tasks[1].id"), "tasks[1].id: bad") << "it has no id";
    EXPECT_EQ(told("tasks[0]"), "tasks[0]: bad") << "it is no object, perhaps";
    EXPECT_EQ(told("tags.team"), "tags.team: bad");
}

} // namespace
} // namespace sluice::workflow_check_test
