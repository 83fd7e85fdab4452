// SPDX-License-Identifier: Apache-2.0
#include "model/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace sluice {

namespace {

using Pair = std::pair<std::uint32_t, std::uint32_t>;

std::vector<Pair> sorted_pairs(std::span<const GraphLink> links)
{
    std::vector<Pair> pairs;
    pairs.reserve(links.size());
    for (const GraphLink& link : links)
        pairs.emplace_back(link.parent, link.child);
    std::sort(pairs.begin(), pairs.end());
    return pairs;
}

std::span<const Pair> children(const std::vector<Pair>& pairs, std::uint32_t parent)
{
    const auto first = std::lower_bound(pairs.begin(), pairs.end(), Pair{parent, 0});
    const auto last = std::upper_bound(first, pairs.end(), Pair{parent, UINT32_MAX});
    return {first, last};
}

// Removes tasks without unfinished parents again and again (Kahn 1962); what is left has a cycle.
std::vector<std::uint32_t>
without_sources(std::vector<std::uint32_t> unfinished, const std::vector<Pair>& pairs)
{
    std::vector<std::uint32_t> free;
    for (std::uint32_t task = 0; task < unfinished.size(); ++task)
        if (unfinished[task] == 0)
            free.push_back(task);
    while (!free.empty()) {
        const std::uint32_t task = free.back();
        free.pop_back();
        for (const auto& [parent, child] : children(pairs, task))
            if (--unfinished[child] == 0)
                free.push_back(child);
    }
    return unfinished;
}

// Every task that is left has a parent that is left: walking up must meet a task again.
std::string cycle_path(const std::vector<std::uint32_t>& left, std::span<const GraphLink> links)
{
    std::vector<std::uint32_t> parent_of(left.size(), UINT32_MAX);
    std::uint32_t task = UINT32_MAX;
    for (const GraphLink& link : links)
        if (left[link.parent] > 0 && left[link.child] > 0)
            parent_of[task = link.child] = link.parent;

    std::vector<std::uint32_t> path;
    while (std::find(path.begin(), path.end(), task) == path.end()) {
        path.push_back(task);
        task = parent_of[task];
    }
    std::string text = fmt::format("{}", task);
    for (auto step = path.rbegin(); step != path.rend() && *step != task; ++step)
        text += fmt::format(" -> {}", *step);
    return text + fmt::format(" -> {}", task);
}

} // namespace

std::vector<std::uint32_t> parent_counts(std::size_t task_count, std::span<const GraphLink> links)
{
    std::vector<std::uint32_t> counts(task_count, 0);
    for (const GraphLink& link : links)
        ++counts[link.child];
    return counts;
}

Result<void> check_graph(std::size_t task_count, std::span<const GraphLink> links)
{
    for (const GraphLink& link : links) {
        if (link.parent >= task_count || link.child >= task_count)
            return Error{
                Errc::invalid, fmt::format(
                                   "link {} -> {} names a task outside of the {} given",
                                   link.parent, link.child, task_count
                               )};
        if (link.parent == link.child)
            return Error{Errc::invalid, fmt::format("task {} is linked to itself", link.parent)};
    }

    const std::vector<Pair> pairs = sorted_pairs(links);
    const auto twice = std::adjacent_find(pairs.begin(), pairs.end());
    if (twice != pairs.end())
        return Error{
            Errc::invalid,
            fmt::format("link {} -> {} is given twice", twice->first, twice->second)};

    const std::vector<std::uint32_t> left =
        without_sources(parent_counts(task_count, links), pairs);
    if (std::any_of(left.begin(), left.end(), [](std::uint32_t count) { return count > 0; }))
        return Error{Errc::invalid, "cycle: " + cycle_path(left, links)};
    return {};
}

} // namespace sluice
