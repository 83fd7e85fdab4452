// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/workflow_graph.h"

#include "base/assert.h"

#include <algorithm>

namespace sluice {

namespace {

template <class Lists>
TaskPlaces without_items(const Lists& lists)
{
    TaskPlaces tasks;
    for (TaskPlace task = 0; task < lists.size(); ++task)
        if (lists[task].empty())
            tasks.push_back(task);
    return tasks;
}

bool contains(const TaskPlaces& tasks, TaskPlace task)
{
    return std::find(tasks.begin(), tasks.end(), task) != tasks.end();
}

} // namespace

WorkflowGraph::WorkflowGraph(const WorkflowDefinition& definition)
{
    for (const WorkflowTask& task : definition.tasks) {
        places_.emplace(task.id, static_cast<TaskPlace>(ids_.size()));
        ids_.push_back(task.id);
    }
    for (const WorkflowTask& task : definition.tasks) {
        TaskPlaces& parents = parents_.emplace_back();
        for (const std::string& dependency : task.dependencies)
            parents.push_back(places_.at(dependency));
        TaskPlaces& named = named_.emplace_back();
        if (!task.rule)
            continue;
        for (const std::string& id : named_tasks(*task.rule))
            if (const TaskPlace other = places_.at(id); !contains(parents, other))
                named.push_back(other);
    }
    children_ = child_lists(parents_);
    order_ = topological_order(parents_);
    SLUICE_ASSERT(places_.size() == ids_.size() && order_.size() == ids_.size());
}

std::vector<std::string> WorkflowGraph::ids(std::span<const TaskPlace> tasks) const
{
    std::vector<std::string> ids;
    for (const TaskPlace task : tasks)
        ids.push_back(ids_[task]);
    return ids;
}

std::optional<TaskPlace> WorkflowGraph::place(std::string_view id) const
{
    const auto found = places_.find(id);
    return found == places_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<TaskPlaces> WorkflowGraph::execution_levels() const
{
    const std::vector<std::uint32_t> level_of = levels_of(parents_);
    std::vector<TaskPlaces> levels;
    for (TaskPlace task = 0; task < size(); ++task) {
        levels.resize(std::max<std::size_t>(levels.size(), level_of[task] + 1));
        levels[level_of[task]].push_back(task);
    }
    return levels;
}

TaskPlaces WorkflowGraph::roots() const
{
    return without_items(parents_);
}

TaskPlaces WorkflowGraph::leaves() const
{
    return without_items(children_);
}

bool WorkflowGraph::depends_on(TaskPlace task, TaskPlace other) const
{
    const TaskPlaces ancestors = with_ancestors(parents_, parents_[task]);
    return std::binary_search(ancestors.begin(), ancestors.end(), other);
}

bool WorkflowGraph::can_run_parallel(TaskPlace a, TaskPlace b) const
{
    return a != b && !depends_on(a, b) && !depends_on(b, a);
}

} // namespace sluice
