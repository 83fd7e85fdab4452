// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/final_context.h"

#include "model/workflow/order_testing.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace sluice::final_context_test {
namespace {

using Ends = std::vector<TaskState>;

constexpr TaskState ok = TaskState::succeeded;
constexpr TaskState failed = TaskState::failed;
constexpr TaskState skipped = TaskState::skipped;
constexpr TaskState canceled = TaskState::canceled;

TEST(FinalContext, a_run_with_one_leaf_ends_with_its_output)
{
    EXPECT_EQ(final_outputs({{}, {0}, {1}}, Ends{ok, ok, ok}), TaskPlaces{2});
    EXPECT_EQ(final_outputs({{}}, Ends{ok}), TaskPlaces{0});
}

TEST(FinalContext, leaves_count_in_topological_order)
{
    EXPECT_EQ(final_outputs({{}, {0}, {0}}, Ends{ok, ok, ok}), (TaskPlaces{1, 2}));
    // 2 -> 0; the leaf 1 is free before 0 is
    EXPECT_EQ(final_outputs({{2}, {}, {}}, Ends{ok, ok, ok}), (TaskPlaces{1, 0}));
}

TEST(FinalContext, a_leaf_without_output_counts_as_its_nearest_ancestors_that_have_one)
{
    for (const TaskState none : {failed, skipped, canceled}) {
        EXPECT_EQ(final_outputs({{}, {0}, {1}}, Ends{ok, ok, none}), TaskPlaces{1});
        EXPECT_EQ(final_outputs({{}, {0}, {1}}, Ends{ok, none, none}), TaskPlaces{0});
    }
}

TEST(FinalContext, each_way_up_stops_at_the_first_output)
{
    // 0 -> 1 -> 3, 0 -> 2 -> 3
    const ParentPlaces diamond{{}, {0}, {0}, {1, 2}};

    EXPECT_EQ(final_outputs(diamond, Ends{ok, ok, ok, failed}), (TaskPlaces{1, 2}));
    EXPECT_EQ(final_outputs(diamond, Ends{ok, ok, failed, skipped}), (TaskPlaces{0, 1}));
    EXPECT_EQ(final_outputs(diamond, Ends{ok, failed, failed, skipped}), TaskPlaces{0});
}

TEST(FinalContext, a_task_that_several_leaves_lead_to_counts_once)
{
    EXPECT_EQ(final_outputs({{}, {0}, {0}}, Ends{ok, failed, skipped}), TaskPlaces{0});
}

TEST(FinalContext, a_run_without_any_output_has_the_initial_context)
{
    EXPECT_EQ(final_outputs({{}, {0}}, Ends{failed, skipped}), TaskPlaces{});
    EXPECT_EQ(final_outputs({}, Ends{}), TaskPlaces{});
}

// The sentence of the contract, word by word.
std::set<TaskPlace> outputs_for(TaskPlace task, const ParentPlaces& parents, const Ends& ends)
{
    if (ends[task] == ok)
        return {task};
    std::set<TaskPlace> outputs;
    for (const TaskPlace parent : parents[task])
        outputs.merge(outputs_for(parent, parents, ends));
    return outputs;
}

TEST(FinalContext, random_graphs_agree_with_the_sentence_of_the_contract)
{
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        SeededRandom random(seed);
        const ParentPlaces parents = random_parents(1 + random.next() % 12, random);
        Ends ends;
        for (std::size_t i = 0; i < parents.size(); ++i)
            ends.push_back(std::array{ok, failed, skipped, canceled}[random.next() % 4]);

        std::set<TaskPlace> expected;
        const std::vector<TaskPlaces> children = child_lists(parents);
        for (TaskPlace task = 0; task < parents.size(); ++task)
            if (children[task].empty())
                expected.merge(outputs_for(task, parents, ends));
        TaskPlaces in_order;
        for (const TaskPlace task : topological_order(parents))
            if (expected.contains(task))
                in_order.push_back(task);
        EXPECT_EQ(final_outputs(parents, ends), in_order) << "seed " << seed;
    }
}

} // namespace
} // namespace sluice::final_context_test
