// SPDX-License-Identifier: Apache-2.0
#include "model/graph.h"

#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <set>

namespace sluice::graph_test {
namespace {

using Links = std::vector<GraphLink>;

std::string problem(std::size_t task_count, const Links& links)
{
    const Result<void> checked = check_graph(task_count, links);
    if (checked)
        return "";
    EXPECT_EQ(checked.error().code, Errc::invalid);
    return checked.error().detail;
}

TEST(Graph, nothing_and_single_tasks_are_good)
{
    EXPECT_EQ(problem(0, {}), "");
    EXPECT_EQ(problem(5, {}), "");
}

TEST(Graph, chains_diamonds_and_forests_are_good)
{
    EXPECT_EQ(problem(3, {{0, 1}, {1, 2}}), "");
    EXPECT_EQ(problem(4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}}), "");
    EXPECT_EQ(problem(4, {{3, 0}, {2, 1}}), "");
}

TEST(Graph, a_link_to_a_task_that_is_not_there_is_named)
{
    EXPECT_EQ(problem(2, {{0, 1}, {1, 2}}), "link 1 -> 2 names a task outside of the 2 given");
    EXPECT_EQ(problem(2, {{7, 1}}), "link 7 -> 1 names a task outside of the 2 given");
    EXPECT_EQ(problem(0, {{0, 0}}), "link 0 -> 0 names a task outside of the 0 given");
}

TEST(Graph, a_task_cannot_be_its_own_parent)
{
    EXPECT_EQ(problem(2, {{0, 1}, {1, 1}}), "task 1 is linked to itself");
}

TEST(Graph, the_same_pair_twice_is_refused_also_with_other_conditions)
{
    const Links links{{0, 1, LinkCondition::on_success}, {0, 2}, {0, 1, LinkCondition::always}};
    EXPECT_EQ(problem(3, links), "link 0 -> 1 is given twice");
}

TEST(Graph, both_directions_of_a_pair_are_a_cycle)
{
    const std::string text = problem(2, {{0, 1}, {1, 0}});
    EXPECT_TRUE(text == "cycle: 0 -> 1 -> 0" || text == "cycle: 1 -> 0 -> 1") << text;
}

TEST(Graph, the_path_names_the_cycle_only_not_what_hangs_on_it)
{
    // 0 -> 1 -> 2 -> 3 -> 1 and 3 -> 4
    const std::string text = problem(5, {{0, 1}, {1, 2}, {2, 3}, {3, 1}, {3, 4}});
    const std::set<std::string> paths{
        "cycle: 1 -> 2 -> 3 -> 1", "cycle: 2 -> 3 -> 1 -> 2", "cycle: 3 -> 1 -> 2 -> 3"};
    EXPECT_TRUE(paths.contains(text)) << text;
}

TEST(Graph, counts_the_parents_of_each_task)
{
    const Links links{{0, 2}, {1, 2}, {2, 3}};
    EXPECT_EQ(parent_counts(4, links), (std::vector<std::uint32_t>{0, 0, 2, 1}));
    EXPECT_EQ(parent_counts(2, {}), (std::vector<std::uint32_t>{0, 0}));
}

// Links from earlier to later in a random order of the tasks: no cycle is possible.
Links random_dag(std::size_t count, Random& random)
{
    std::vector<std::uint32_t> order(count);
    for (std::uint32_t i = 0; i < count; ++i)
        order[i] = i;
    for (std::size_t i = count; i > 1; --i)
        std::swap(order[i - 1], order[random.next() % i]);
    std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (std::size_t i = 0; i < 3 * count; ++i) {
        const std::size_t a = random.next() % count;
        const std::size_t b = random.next() % count;
        if (a != b)
            pairs.emplace(order[std::min(a, b)], order[std::max(a, b)]);
    }
    Links links;
    for (const auto& [parent, child] : pairs)
        links.push_back({parent, child});
    return links;
}

bool reaches(const Links& links, std::uint32_t from, std::uint32_t to)
{
    std::set<std::uint32_t> seen{from};
    std::vector<std::uint32_t> open{from};
    while (!open.empty()) {
        const std::uint32_t task = open.back();
        open.pop_back();
        for (const GraphLink& link : links)
            if (link.parent == task && seen.insert(link.child).second)
                open.push_back(link.child);
    }
    return seen.contains(to);
}

TEST(Graph, random_graphs_without_a_cycle_are_good)
{
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        SeededRandom random(seed);
        const std::size_t count = 2 + random.next() % 40;
        EXPECT_EQ(problem(count, random_dag(count, random)), "") << "seed " << seed;
    }
}

std::vector<std::uint32_t> path_of(std::string_view text)
{
    constexpr std::string_view prefix = "cycle: ";
    EXPECT_TRUE(text.starts_with(prefix)) << text;
    text.remove_prefix(std::min(prefix.size(), text.size()));
    std::vector<std::uint32_t> path;
    while (!text.empty()) {
        std::uint32_t task = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), task);
        path.push_back(task);
        text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
        text.remove_prefix(std::min<std::size_t>(4, text.size()));
    }
    return path;
}

TEST(Graph, the_path_that_is_named_is_a_cycle_of_the_links)
{
    int with_cycle = 0;
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        SeededRandom random(seed);
        const std::size_t count = 2 + random.next() % 40;
        Links links = random_dag(count, random);
        if (links.empty())
            continue;
        const GraphLink& forward = links[random.next() % links.size()];
        const auto from = static_cast<std::uint32_t>(random.next() % count);
        if (from == forward.parent || !reaches(links, forward.parent, from))
            continue;
        ++with_cycle;
        links.insert(
            links.begin() + static_cast<std::ptrdiff_t>(random.next() % links.size()),
            {from, forward.parent}
        );
        const std::vector<std::uint32_t> path = path_of(problem(count, links));
        ASSERT_GE(path.size(), 3u) << "seed " << seed;
        EXPECT_EQ(path.front(), path.back()) << "seed " << seed;
        EXPECT_EQ(std::set(path.begin(), path.end()).size() + 1, path.size()) << "seed " << seed;
        for (std::size_t i = 1; i < path.size(); ++i)
            EXPECT_TRUE(std::any_of(
                links.begin(), links.end(),
                [&](const GraphLink& link) {
                    return link.parent == path[i - 1] && link.child == path[i];
                }
            )) << "seed "
               << seed << ": " << path[i - 1] << " -> " << path[i];
    }
    EXPECT_GT(with_cycle, 100);
}

TEST(Graph, a_long_chain_and_a_wide_fan_take_no_time)
{
    constexpr std::uint32_t count = 200'000;
    Links chain;
    Links fan;
    for (std::uint32_t i = 1; i < count; ++i) {
        chain.push_back({i - 1, i});
        fan.push_back({0, i});
    }
    EXPECT_EQ(problem(count, chain), "");
    EXPECT_EQ(problem(count, fan), "");
}

} // namespace
} // namespace sluice::graph_test
