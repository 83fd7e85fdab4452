// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/workflow_definition.h"

#include "model/kinds.h"

namespace sluice {

namespace {

constexpr std::int64_t timeout_ms_max = 365LL * 24 * 3600 * 1000; // a year

struct TimeoutKind {
    void read(const Value& value, Micros& out) const
    {
        std::int64_t millis = 0;
        IntegerKind{1, timeout_ms_max}.read(value, millis);
        out = std::chrono::milliseconds(millis);
    }
};

struct TaskKind {
    void read(const Value& value, WorkflowTask& out) const
    {
        ObjectReader reader(value);
        reader.required("id", out.id, TextKind{});
        reader.optional("dependencies", out.dependencies, ListKind{TextKind{}});
        reader.optional("fingerprint", out.fingerprint, TextKind{});
        reader.optional("retry", out.retry, WorkflowRetryKind{});
        reader.optional("rule", out.rule, TriggerRuleKind{});
        reader.optional("timeout_ms", out.timeout, TimeoutKind{});
        reader.finish();
    }
};

void read_definition(const Value& value, WorkflowDefinition& out)
{
    ObjectReader reader(value);
    reader.optional("tenant", out.name.tenant, TextKind{});
    reader.optional("package", out.name.package, TextKind{});
    reader.required("workflow", out.name.workflow, TextKind{});
    reader.optional("description", out.description, TextKind{});
    reader.optional("tags", out.tags, TextMapKind{});
    reader.required("tasks", out.tasks, ListKind{TaskKind{}});
    reader.finish();
}

Json task_json(const WorkflowTask& task)
{
    Json json = Json::object();
    json["id"] = task.id;
    json["dependencies"] = task.dependencies;
    json["fingerprint"] = task.fingerprint;
    json["retry"] = workflow_retry_json(task.retry);
    if (task.rule)
        json["rule"] = rule_json(*task.rule);
    if (task.timeout)
        json["timeout_ms"] = *task.timeout / std::chrono::milliseconds(1);
    return json;
}

} // namespace

Json definition_json(const WorkflowDefinition& definition)
{
    Json json = Json::object();
    json["tenant"] = definition.name.tenant;
    json["package"] = definition.name.package;
    json["workflow"] = definition.name.workflow;
    json["description"] = definition.description;
    json["tags"] = Json::object();
    for (const auto& [key, value] : definition.tags)
        json["tags"][key] = value;
    json["tasks"] = Json::array();
    for (const WorkflowTask& task : definition.tasks)
        json["tasks"].push_back(task_json(task));
    return json;
}

Checked<WorkflowDefinition> read_definition(const Json& json)
{
    Problems problems;
    const Path root;
    WorkflowDefinition definition;
    read_definition(Value{json, root, problems}, definition);
    if (!problems.empty())
        return problems.take();
    return definition;
}

Result<WorkflowDefinition> stored_definition(std::string_view text)
{
    const Result<Json> json = parse_json(text, rule_json_limits);
    if (!json)
        return Error{Errc::corrupt, "a stored workflow: " + json.error().detail};
    Checked<WorkflowDefinition> definition = read_definition(*json);
    if (!definition)
        return Error{Errc::corrupt, "a stored workflow: " + to_error(definition.error()).detail};
    return std::move(*definition);
}

} // namespace sluice
