// SPDX-License-Identifier: Apache-2.0
#include "model/task/definition_request.h"

#include "model/json/json_key.h"
#include "model/task/task_kinds.h"
#include "model/task/task_references.h"
#include "model/task/task_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

namespace sluice {

namespace {

constexpr NameKind name_kind{TaskLimits::name_bytes_max};

Json members_of(const Json& body, std::initializer_list<std::string_view> names)
{
    Json document = Json::object();
    for (const auto& [key, value] : body.items())
        if (std::ranges::find(names, key) != names.end() && !value.is_null())
            document[key] = value;
    return document;
}

// False: the body is no definition at all.
bool read_common(const Value& value, std::optional<std::string>& name)
{
    ObjectReader reader(value);
    reader.optional("name", name, name_kind);
    const Json* ref = reader.find("ref");
    if (!ref || ref->is_null())
        return value.json.is_object();
    value.problems.add(Path(value.path, "ref"), "must not stand in what is stored itself");
    return false;
}

Json with_name(Json of)
{
    Json named{{"type", "object"}};
    named["properties"]["name"] = name_kind.schema();
    return Json{{"allOf", Json::array({std::move(of), std::move(named)})}};
}

} // namespace

Checked<RuleDefinition> read_rule_definition(const Json& body)
{
    RuleDefinition definition;
    Problems problems;
    const Path root;
    const Value value{body, root, problems};
    if (read_common(value, definition.name))
        TaskRuleKind{}.read(value, definition.rule);
    if (!problems.empty())
        return problems.take();
    const bool is_capacity = definition.rule.type == TaskRule::Type::capacity;
    definition.document =
        members_of(body, {"type", is_capacity ? "max_capacity" : "max_concurency", "matcher"});
    return definition;
}

Json rule_definition_schema()
{
    Json rule = TaskRuleKind{}.schema();
    rule["oneOf"].erase(rule["oneOf"].size() - 1); // a reference
    return with_name(std::move(rule));
}

Checked<ActionDefinition> read_action_definition(const Json& body, const ActionRules& rules)
{
    ActionDefinition definition;
    Problems problems;
    const Path root;
    const Value value{body, root, problems};
    if (read_common(value, definition.name))
        read_action(value, definition.action, rules);
    std::vector<Problem> found = problems.take();
    Json copy = body;
    for (const Reference& reference : references_within(copy, root))
        found.push_back({reference.path, "must not stand in what is stored itself"});
    if (!found.empty())
        return found;
    definition.document = members_of(body, {"kind", "params", "retry", "timeout", "when"});
    return definition;
}

Json action_definition_schema(std::string_view action)
{
    return with_name(Json{{"$ref", std::string(action)}});
}

std::string definition_key(const Json& document)
{
    const JsonKey key = json_key(document);
    return fmt::format("{:016x}{:016x}", key.high, key.low);
}

} // namespace sluice
