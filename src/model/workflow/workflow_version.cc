// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/workflow_version.h"

#include "model/json/json_key.h"

#include <fmt/format.h>

namespace sluice {

namespace {

Json versioned(const WorkflowTask& task)
{
    Json json = Json::object();
    json["id"] = task.id;
    json["dependencies"] = task.dependencies;
    json["rule"] = task.rule ? rule_json(*task.rule) : Json();
    json["fingerprint"] = task.fingerprint;
    return json;
}

} // namespace

std::string workflow_version(const WorkflowDefinition& definition)
{
    Json json = Json::object();
    json["namespace"] = definition.name.text();
    json["description"] = definition.description;
    json["tags"] = Json::object();
    for (const auto& [key, value] : definition.tags)
        json["tags"][key] = value;
    json["tasks"] = Json::array();
    for (const WorkflowTask& task : definition.tasks)
        json["tasks"].push_back(versioned(task));
    return fmt::format("{:016x}", json_key(json).high);
}

} // namespace sluice
