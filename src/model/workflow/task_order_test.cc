// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/task_order.h"

#include "model/workflow/order_testing.h"

#include <gtest/gtest.h>

namespace sluice::task_order_test {
namespace {

TEST(TaskOrder, without_dependencies_it_is_the_order_of_declaration)
{
    EXPECT_EQ(topological_order({}), TaskPlaces{});
    EXPECT_EQ(topological_order({{}, {}, {}}), (TaskPlaces{0, 1, 2}));
}

TEST(TaskOrder, of_those_that_are_free_the_one_declared_first_comes_first)
{
    // 3 -> 0, 3 -> 2, 0 -> 1, 2 -> 1
    const ParentPlaces parents{{3}, {2, 0}, {3}, {}};

    EXPECT_EQ(topological_order(parents), (TaskPlaces{3, 0, 2, 1}));
    EXPECT_EQ(levels_of(parents), (std::vector<std::uint32_t>{1, 2, 1, 0}));
    EXPECT_EQ(child_lists(parents), (std::vector<TaskPlaces>{{1}, {}, {1}, {0, 2}}));
}

TEST(TaskOrder, a_cycle_and_what_follows_it_is_left_out)
{
    // 0, 1 <-> 2, 2 -> 3
    EXPECT_EQ(topological_order({{}, {2}, {1}, {2}}), TaskPlaces{0});
    EXPECT_EQ(topological_order({{0}}), TaskPlaces{});
}

// The smallest free task by looking at all of them, again and again.
TaskPlaces slow_order(const ParentPlaces& parents)
{
    TaskPlaces order;
    std::vector<bool> is_done(parents.size(), false);
    while (order.size() < parents.size())
        for (TaskPlace task = 0; task < parents.size(); ++task) {
            const TaskPlaces& list = parents[task];
            const bool is_free = std::all_of(list.begin(), list.end(), [&](TaskPlace parent) {
                return is_done[parent];
            });
            if (is_done[task] || !is_free)
                continue;
            is_done[task] = true;
            order.push_back(task);
            break;
        }
    return order;
}

TEST(TaskOrder, random_graphs_are_ordered_as_by_looking_at_all_tasks_each_time)
{
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        SeededRandom random(seed);
        const ParentPlaces parents = random_parents(1 + random.next() % 25, random);
        EXPECT_EQ(topological_order(parents), slow_order(parents)) << "seed " << seed;
    }
}

TEST(TaskOrder, a_level_is_one_more_than_the_highest_of_the_dependencies)
{
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        SeededRandom random(seed);
        const ParentPlaces parents = random_parents(1 + random.next() % 25, random);
        const std::vector<std::uint32_t> levels = levels_of(parents);
        for (TaskPlace task = 0; task < parents.size(); ++task) {
            std::uint32_t expected = 0;
            for (const TaskPlace parent : parents[task])
                expected = std::max(expected, levels[parent] + 1);
            EXPECT_EQ(levels[task], expected) << "seed " << seed << ", task " << task;
        }
    }
}

TEST(TaskOrder, ancestors_are_those_of_the_closure)
{
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        SeededRandom random(seed);
        const ParentPlaces parents = random_parents(1 + random.next() % 25, random);
        const std::vector<std::vector<bool>> closure = closure_of(parents);
        const auto some = [&] { return static_cast<TaskPlace>(random.next() % parents.size()); };
        const TaskPlaces asked{some(), some()};
        TaskPlaces expected;
        for (TaskPlace task = 0; task < parents.size(); ++task)
            if (task == asked[0] || task == asked[1] || closure[asked[0]][task] ||
                closure[asked[1]][task])
                expected.push_back(task);
        EXPECT_EQ(with_ancestors(parents, asked), expected) << "seed " << seed;
    }
}

TEST(TaskOrder, a_long_chain_and_a_wide_fan_take_no_time)
{
    constexpr TaskPlace count = 100'000;
    ParentPlaces chain(count);
    ParentPlaces fan(count);
    for (TaskPlace i = 1; i < count; ++i) {
        chain[i] = {i - 1};
        fan[i] = {0};
    }
    EXPECT_EQ(levels_of(chain).back(), count - 1);
    EXPECT_EQ(topological_order(fan).size(), count);
    EXPECT_EQ(with_ancestors(chain, TaskPlaces{count - 1}).size(), count);
}

} // namespace
} // namespace sluice::task_order_test
