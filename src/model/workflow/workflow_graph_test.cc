// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/workflow_graph.h"

#include "model/workflow/definition_testing.h"

#include <gtest/gtest.h>

namespace sluice::workflow_graph_test {
namespace {

using Ids = std::vector<std::string>;

WorkflowDefinition diamond()
{
    return workflow(
        {task("load", {"check", "clean"}), task("clean", {"extract"}), task("extract"),
         task("check", {"extract"}), task("note")}
    );
}

Ids names(const WorkflowGraph& graph, const TaskPlaces& tasks)
{
    return graph.ids(tasks);
}

TEST(WorkflowGraph, tasks_are_found_by_their_ids)
{
    const WorkflowGraph graph(diamond());

    EXPECT_EQ(graph.size(), 5u);
    EXPECT_EQ(graph.place("clean"), 1u);
    EXPECT_EQ(graph.place("nobody"), std::nullopt);
    EXPECT_EQ(graph.id(2), "extract");
}

TEST(WorkflowGraph, dependencies_stand_as_declared_and_dependents_ascending)
{
    const WorkflowGraph graph(diamond());

    EXPECT_EQ(names(graph, graph.dependencies(0)), (Ids{"check", "clean"}));
    EXPECT_EQ(names(graph, graph.dependents(2)), (Ids{"clean", "check"}));
    EXPECT_EQ(names(graph, graph.dependents(0)), Ids{});
}

TEST(WorkflowGraph, order_levels_roots_and_leaves_follow_the_declaration)
{
    const WorkflowGraph graph(diamond());

    EXPECT_EQ(
        names(graph, graph.topological_sort()), (Ids{"extract", "clean", "check", "load", "note"})
    );
    const std::vector<TaskPlaces> levels = graph.execution_levels();
    ASSERT_EQ(levels.size(), 3u);
    EXPECT_EQ(names(graph, levels[0]), (Ids{"extract", "note"}));
    EXPECT_EQ(names(graph, levels[1]), (Ids{"clean", "check"}));
    EXPECT_EQ(names(graph, levels[2]), Ids{"load"});
    EXPECT_EQ(names(graph, graph.roots()), (Ids{"extract", "note"}));
    EXPECT_EQ(names(graph, graph.leaves()), (Ids{"load", "note"}));
}

TEST(WorkflowGraph, two_tasks_can_run_in_parallel_when_neither_depends_on_the_other)
{
    const WorkflowGraph graph(diamond());
    const auto place = [&graph](std::string_view id) { return graph.place(id).value(); };

    EXPECT_TRUE(graph.can_run_parallel(place("clean"), place("check")));
    EXPECT_TRUE(graph.can_run_parallel(place("note"), place("load")));
    EXPECT_FALSE(graph.can_run_parallel(place("extract"), place("load")));
    EXPECT_FALSE(graph.can_run_parallel(place("load"), place("extract")));
    EXPECT_FALSE(graph.can_run_parallel(place("load"), place("load")));
}

TEST(WorkflowGraph, a_row_has_the_ancestors_that_only_its_rule_names_as_parents_too)
{
    WorkflowDefinition definition = diamond();
    definition.tasks[0].rule = combination(
        RuleForm::any,
        {condition(RuleForm::task_failed, "extract"), condition(RuleForm::task_success, "clean"),
         condition(RuleForm::task_skipped, "extract")}
    );
    const WorkflowGraph graph(definition);

    EXPECT_EQ(names(graph, graph.named_by_rule(0)), Ids{"extract"});
    EXPECT_EQ(names(graph, graph.dependencies(0)), (Ids{"check", "clean"}));
    EXPECT_EQ(graph.named_by_rule(1), TaskPlaces{});
    EXPECT_EQ(names(graph, graph.leaves()), (Ids{"load", "note"}));
}

TEST(WorkflowGraph, random_graphs_answer_as_their_closure)
{
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        SeededRandom random(seed);
        const ParentPlaces parents = random_parents(1 + random.next() % 15, random);
        const WorkflowGraph graph(workflow_of(parents));
        const std::vector<std::vector<bool>> closure = closure_of(parents);
        EXPECT_EQ(graph.parents(), parents) << "seed " << seed;
        for (TaskPlace a = 0; a < parents.size(); ++a)
            for (TaskPlace b = 0; b < parents.size(); ++b) {
                EXPECT_EQ(graph.depends_on(a, b), closure[a][b]) << "seed " << seed;
                EXPECT_EQ(graph.can_run_parallel(a, b), a != b && !closure[a][b] && !closure[b][a])
                    << "seed " << seed;
            }
    }
}

TEST(WorkflowGraph, tasks_of_one_level_can_all_run_in_parallel)
{
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        SeededRandom random(seed);
        const ParentPlaces parents = random_parents(1 + random.next() % 15, random);
        const WorkflowGraph graph(workflow_of(parents));
        std::size_t count = 0;
        for (const TaskPlaces& level : graph.execution_levels()) {
            count += level.size();
            for (const TaskPlace a : level)
                for (const TaskPlace b : level)
                    EXPECT_EQ(graph.can_run_parallel(a, b), a != b) << "seed " << seed;
        }
        EXPECT_EQ(count, parents.size()) << "seed " << seed;
    }
}

} // namespace
} // namespace sluice::workflow_graph_test
