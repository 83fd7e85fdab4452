// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/workflow_edit.h"

#include "model/workflow/workflow_check.h"
#include "model/workflow/workflow_graph.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

Result<WorkflowDefinition>
subgraph(const WorkflowDefinition& definition, std::span<const std::string> ids)
{
    TaskPlaces wanted;
    for (const std::string& id : ids) {
        const Result<std::size_t> place = find_task(definition, id);
        if (!place)
            return place.error();
        wanted.push_back(static_cast<TaskPlace>(*place));
    }
    const WorkflowGraph graph(definition);
    WorkflowDefinition part{
        .name = definition.name, .description = definition.description, .tags = definition.tags};
    for (const TaskPlace task : with_ancestors(graph.parents(), wanted))
        part.tasks.push_back(definition.tasks[task]);
    return part;
}

Result<WorkflowDefinition> without_task(WorkflowDefinition definition, std::string_view id)
{
    const Result<std::size_t> place = find_task(definition, id);
    if (!place)
        return place.error();
    // `id` may be a view of what is erased.
    const std::string gone(id);
    definition.tasks.erase(definition.tasks.begin() + static_cast<std::ptrdiff_t>(*place));
    for (WorkflowTask& task : definition.tasks)
        std::erase(task.dependencies, gone);
    return definition;
}

Result<WorkflowDefinition>
without_dependency(WorkflowDefinition definition, const Dependency& dependency)
{
    const Result<std::size_t> place = find_task(definition, dependency.task);
    if (!place)
        return place.error();
    const std::string gone(dependency.on); // as above
    if (std::erase(definition.tasks[*place].dependencies, gone) == 0)
        return Error{
            Errc::not_found,
            fmt::format("task '{}' does not depend on '{}'", dependency.task, gone)};
    return definition;
}

} // namespace sluice
