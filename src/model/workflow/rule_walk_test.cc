// SPDX-License-Identifier: Apache-2.0
// Random runs in random orders: whatever ends first, rules, links and merges give the same run.
#include "model/workflow/definition_testing.h"
#include "model/workflow/merge.h"
#include "model/workflow/trigger_rule.h"
#include "model/workflow/workflow_check.h"
#include "model/workflow/workflow_graph.h"

#include <gtest/gtest.h>

#include <array>
#include <map>

namespace sluice::rule_walk_test {
namespace {

TriggerRule random_rule(const std::vector<std::string>& ancestors, Random& random, int depth_max)
{
    const std::uint64_t kind = random.next() % 4;
    if (kind == 0 && depth_max > 0) {
        TriggerRule rule{
            .form = std::array{RuleForm::all, RuleForm::any, RuleForm::none}[random.next() % 3]};
        for (int part = 0; part < 2; ++part)
            rule.parts.push_back(random_rule(ancestors, random, depth_max - 1));
        return rule;
    }
    if (kind == 1 || ancestors.empty())
        return value_rule("n", static_cast<ValueOperator>(random.next() % 8), random.next() % 6);
    const std::array forms{RuleForm::task_success, RuleForm::task_failed, RuleForm::task_skipped};
    return condition(forms[random.next() % 3], ancestors[random.next() % ancestors.size()]);
}

// A workflow in which every other task has a rule over its ancestors.
WorkflowDefinition random_workflow(Random& random)
{
    const ParentPlaces parents = random_parents(1 + random.next() % 10, random);
    WorkflowDefinition definition = workflow_of(parents);
    const std::vector<std::vector<bool>> closure = closure_of(parents);
    for (std::size_t task = 0; task < parents.size(); ++task) {
        if (random.next() % 2 == 0)
            continue;
        std::vector<std::string> ancestors;
        for (std::size_t other = 0; other < parents.size(); ++other)
            if (closure[task][other])
                ancestors.push_back(definition.tasks[other].id);
        definition.tasks[task].rule = random_rule(ancestors, random, 2);
    }
    return definition;
}

// One run of it, a task at a time.
class Walk {
public:
    Walk(const WorkflowDefinition& definition, const WorkflowGraph& graph, std::uint64_t bodies)
        : definition_(definition), graph_(graph), bodies_(bodies)
    {}

    // Tasks whose end can be told: a rule waits for all parents of its row, a task without one is
    // skipped as soon as a dependency has failed.
    TaskPlaces next() const
    {
        TaskPlaces tasks;
        for (TaskPlace task = 0; task < graph_.size(); ++task)
            if (!ends_.contains(graph_.id(task)) && (is_unmet(task) || have_ended(task)))
                tasks.push_back(task);
        return tasks;
    }

    void end(TaskPlace task)
    {
        const std::optional<TriggerRule>& rule = definition_.tasks[task].rule;
        const Json input = input_of(task);
        const bool runs = rule ? judge(*rule, {ends_, input}).holds : !is_unmet(task);
        const bool succeeds = (bodies_ >> task) % 4 != 0;
        const TaskState end = !runs      ? TaskState::skipped
                              : succeeds ? TaskState::succeeded
                                         : TaskState::failed;
        if (end == TaskState::succeeded)
            outputs_[task] = both(
                input, parse_json(fmt::format(R"({{"n":{},"seen":[{}]}})", task % 6, task)).value()
            );
        ends_[graph_.id(task)] = end;
    }

    const TaskEnds& ends() const { return ends_; }
    const std::map<TaskPlace, Json>& outputs() const { return outputs_; }

private:
    static Json both(Json earlier, Json later)
    {
        merge_into(earlier, std::move(later));
        return earlier;
    }

    bool is_unmet(TaskPlace task) const
    {
        if (definition_.tasks[task].rule)
            return false;
        const TaskPlaces& parents = graph_.dependencies(task);
        return std::any_of(parents.begin(), parents.end(), [this](TaskPlace parent) {
            const auto end = ends_.find(graph_.id(parent));
            return end != ends_.end() && end->second == TaskState::failed;
        });
    }

    bool have_ended(TaskPlace task) const
    {
        const auto has_ended = [this](TaskPlace other) { return ends_.contains(graph_.id(other)); };
        const TaskPlaces& parents = graph_.dependencies(task);
        const TaskPlaces& named = graph_.named_by_rule(task);
        return std::all_of(parents.begin(), parents.end(), has_ended) &&
               std::all_of(named.begin(), named.end(), has_ended);
    }

    Json input_of(TaskPlace task) const
    {
        std::vector<Json> given;
        for (const TaskPlace parent : graph_.dependencies(task))
            if (const auto output = outputs_.find(parent); output != outputs_.end())
                given.push_back(output->second);
        return given.empty() ? parse_json(R"({"n":3})").value() : merge_contexts(std::move(given));
    }

    const WorkflowDefinition& definition_;
    const WorkflowGraph& graph_;
    std::uint64_t bodies_; // which of them fail
    TaskEnds ends_;
    std::map<TaskPlace, Json> outputs_;
};

TEST(RuleWalk, a_run_ends_the_same_in_whatever_order_its_tasks_end)
{
    int skipped = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        SeededRandom random(seed);
        const WorkflowDefinition definition = random_workflow(random);
        ASSERT_TRUE(definition_problems(definition).empty()) << "seed " << seed;
        const WorkflowGraph graph(definition);
        const std::uint64_t bodies = random.next();

        Walk first(definition, graph, bodies);
        for (const TaskPlace task : graph.topological_sort())
            first.end(task);
        for (int order = 0; order < 5; ++order) {
            Walk other(definition, graph, bodies);
            for (TaskPlaces next = other.next(); !next.empty(); next = other.next())
                other.end(next[random.next() % next.size()]);
            EXPECT_EQ(other.ends(), first.ends()) << "seed " << seed;
            EXPECT_EQ(other.outputs(), first.outputs()) << "seed " << seed;
        }
        for (const auto& [id, end] : first.ends())
            skipped += end == TaskState::skipped ? 1 : 0;
    }
    EXPECT_GT(skipped, 100);
}

} // namespace
} // namespace sluice::rule_walk_test
