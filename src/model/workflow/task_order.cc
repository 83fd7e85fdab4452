// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/task_order.h"

#include <algorithm>
#include <functional>
#include <queue>

namespace sluice {

std::vector<TaskPlaces> child_lists(const ParentPlaces& parents)
{
    std::vector<TaskPlaces> children(parents.size());
    for (TaskPlace task = 0; task < parents.size(); ++task)
        for (const TaskPlace parent : parents[task])
            children[parent].push_back(task);
    return children;
}

// Kahn 1962, with a heap for the order.
TaskPlaces topological_order(const ParentPlaces& parents)
{
    const std::vector<TaskPlaces> children = child_lists(parents);
    std::vector<std::size_t> unfinished;
    std::priority_queue<TaskPlace, TaskPlaces, std::greater<>> free;
    for (TaskPlace task = 0; task < parents.size(); ++task) {
        unfinished.push_back(parents[task].size());
        if (parents[task].empty())
            free.push(task);
    }

    TaskPlaces order;
    while (!free.empty()) {
        const TaskPlace task = free.top();
        free.pop();
        order.push_back(task);
        for (const TaskPlace child : children[task])
            if (--unfinished[child] == 0)
                free.push(child);
    }
    return order;
}

std::vector<std::uint32_t> levels_of(const ParentPlaces& parents)
{
    std::vector<std::uint32_t> levels(parents.size(), 0);
    for (const TaskPlace task : topological_order(parents))
        for (const TaskPlace parent : parents[task])
            levels[task] = std::max(levels[task], levels[parent] + 1);
    return levels;
}

TaskPlaces with_ancestors(const ParentPlaces& parents, std::span<const TaskPlace> tasks)
{
    std::vector<bool> is_seen(parents.size(), false);
    TaskPlaces found;
    const auto see = [&](TaskPlace task) {
        if (!is_seen[task])
            found.push_back(task);
        is_seen[task] = true;
    };
    for (const TaskPlace task : tasks)
        see(task);
    for (std::size_t next = 0; next < found.size(); ++next) {
        const TaskPlace task = found[next]; // not a reference: `see` grows the list
        for (const TaskPlace parent : parents[task])
            see(parent);
    }
    std::sort(found.begin(), found.end());
    return found;
}

} // namespace sluice
