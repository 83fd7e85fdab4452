// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/workflow/workflow_definition.h"

#include <span>
#include <string>
#include <string_view>

namespace sluice {

// New definitions out of one that is good. What comes out is to be checked again: a rule may name
// what is gone. Errors: not_found, of a task or a dependency that is not there.

// These tasks and all that they depend on, in the order of declaration.
Result<WorkflowDefinition>
subgraph(const WorkflowDefinition& definition, std::span<const std::string> ids);

// Without the task; those that depended on it no longer do.
Result<WorkflowDefinition> without_task(WorkflowDefinition definition, std::string_view id);

// Without one dependency of a task.
struct Dependency {
    std::string_view task;
    std::string_view on;
};
Result<WorkflowDefinition>
without_dependency(WorkflowDefinition definition, const Dependency& dependency);

} // namespace sluice
