// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/workflow/task_order.h"
#include "model/workflow/workflow_definition.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// How the tasks of a good definition (workflow_check.h) hang together. A value; tasks are named by
// their place in the definition, lists that say nothing else are in the order of declaration.
class WorkflowGraph {
public:
    // `definition` has no problems.
    explicit WorkflowGraph(const WorkflowDefinition& definition);

    std::size_t size() const { return ids_.size(); }
    const std::string& id(TaskPlace task) const { return ids_[task]; }
    std::vector<std::string> ids(std::span<const TaskPlace> tasks) const;
    std::optional<TaskPlace> place(std::string_view id) const;

    const ParentPlaces& parents() const { return parents_; }
    const TaskPlaces& dependencies(TaskPlace task) const { return parents_[task]; } // as declared
    const TaskPlaces& dependents(TaskPlace task) const { return children_[task]; }
    const TaskPlaces& topological_sort() const { return order_; }
    std::vector<TaskPlaces> execution_levels() const; // a task is one level after its dependencies
    TaskPlaces roots() const;
    TaskPlaces leaves() const;

    // Directly or not; no task depends on itself.
    bool depends_on(TaskPlace task, TaskPlace other) const;

    // Two different tasks of which neither depends on the other.
    bool can_run_parallel(TaskPlace a, TaskPlace b) const;

    // The tasks that only the rule of `task` names, in its order: parents of its row besides its
    // dependencies, so that the rule is judged when all are final.
    const TaskPlaces& named_by_rule(TaskPlace task) const { return named_[task]; }

private:
    std::vector<std::string> ids_;
    std::map<std::string, TaskPlace, std::less<>> places_;
    ParentPlaces parents_;
    std::vector<TaskPlaces> named_;
    std::vector<TaskPlaces> children_;
    TaskPlaces order_;
};

} // namespace sluice
