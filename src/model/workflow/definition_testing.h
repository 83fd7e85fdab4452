// SPDX-License-Identifier: Apache-2.0
// Definitions and rules for tests.
#pragma once

#include "model/workflow/order_testing.h"
#include "model/workflow/workflow_definition.h"

#include <fmt/format.h>

#include <utility>

namespace sluice {

inline WorkflowTask task(std::string id, std::vector<std::string> dependencies = {})
{
    return {.id = std::move(id), .dependencies = std::move(dependencies)};
}

inline WorkflowDefinition workflow(std::vector<WorkflowTask> tasks)
{
    return {.name = {.workflow = "etl"}, .tasks = std::move(tasks)};
}

// The tasks t0, t1, … with these dependencies.
inline WorkflowDefinition workflow_of(const ParentPlaces& parents)
{
    WorkflowDefinition definition = workflow({});
    for (std::size_t i = 0; i < parents.size(); ++i) {
        WorkflowTask& added = definition.tasks.emplace_back(task(fmt::format("t{}", i)));
        for (const TaskPlace parent : parents[i])
            added.dependencies.push_back(fmt::format("t{}", parent));
    }
    return definition;
}

inline TriggerRule condition(RuleForm form, std::string task)
{
    return {.form = form, .name = std::move(task)};
}

inline TriggerRule combination(RuleForm form, std::vector<TriggerRule> parts)
{
    return {.form = form, .parts = std::move(parts)};
}

inline TriggerRule value_rule(std::string key, ValueOperator op, Json value = nullptr)
{
    return {
        .form = RuleForm::context_value,
        .name = std::move(key),
        .op = op,
        .value = std::move(value)};
}

} // namespace sluice
