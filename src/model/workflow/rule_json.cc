// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/rule_json.h"

#include "model/kinds.h"

#include <algorithm>

namespace sluice {

namespace {

constexpr EnumNames<RuleForm, 8> types{
    {{RuleForm::always, "Always"},
     {RuleForm::all, "All"},
     {RuleForm::any, "Any"},
     {RuleForm::none, "None"},
     {RuleForm::task_success, "TaskSuccess"},
     {RuleForm::task_failed, "TaskFailed"},
     {RuleForm::task_skipped, "TaskSkipped"},
     {RuleForm::context_value, "ContextValue"}}};

constexpr std::string_view operators_accepted =
    "one of Equals, NotEquals, GreaterThan, LessThan, Contains, NotContains, Exists, NotExists";

struct OperatorKind {
    void read(const Value& value, ValueOperator& out) const
    {
        std::optional<ValueOperator> found;
        if (value.json.is_string())
            found = value_operator(value.json.get_ref<const std::string&>());
        if (!found)
            return value.refuse_type(operators_accepted);
        out = *found;
    }
};

void read_rule_at(const Value& value, TriggerRule& out, std::size_t depth_left);

struct PartKind {
    std::size_t depth_left;

    void read(const Value& value, TriggerRule& out) const { read_rule_at(value, out, depth_left); }
};

void read_members(ObjectReader& reader, TriggerRule& out, std::size_t depth_left)
{
    switch (out.form) {
    case RuleForm::always:
        return;
    case RuleForm::all:
    case RuleForm::any:
    case RuleForm::none:
        return reader.required("conditions", out.parts, ListKind<PartKind>{{depth_left - 1}});
    case RuleForm::context_value:
        reader.required("key", out.name, TextKind{});
        reader.required("operator", out.op, OperatorKind{});
        if (const Json* const value = reader.find("value"))
            out.value = *value;
        return;
    default:
        return reader.required("task_name", out.name, TextKind{1});
    }
}

void read_rule_at(const Value& value, TriggerRule& out, std::size_t depth_left)
{
    if (depth_left == 0)
        return value.refuse(fmt::format("is nested deeper than {} levels", rule_depth_max));
    const std::size_t before = value.problems.count();
    ObjectReader reader(value);
    reader.required("type", out.form, EnumKind{types});
    if (value.problems.count() != before)
        return;
    read_members(reader, out, depth_left);
    reader.finish();
}

Error not_ours()
{
    return {Errc::corrupt, "the stored rule of a task is not one"};
}

} // namespace

Json rule_json(const TriggerRule& rule)
{
    Json json = Json::object();
    json["type"] = std::string(types.name(rule.form));
    switch (rule.form) {
    case RuleForm::always:
        break;
    case RuleForm::all:
    case RuleForm::any:
    case RuleForm::none:
        json["conditions"] = Json::array();
        for (const TriggerRule& part : rule.parts)
            json["conditions"].push_back(rule_json(part));
        break;
    case RuleForm::context_value:
        json["key"] = rule.name;
        json["operator"] = std::string(name(rule.op));
        json["value"] = rule.value;
        break;
    default:
        json["task_name"] = rule.name;
    }
    return json;
}

void TriggerRuleKind::read(const Value& value, TriggerRule& out) const
{
    read_rule_at(value, out, rule_depth_max);
}

Checked<TriggerRule> read_rule(const Json& json)
{
    Problems problems;
    const Path root;
    TriggerRule rule;
    TriggerRuleKind{}.read(Value{json, root, problems}, rule);
    if (!problems.empty())
        return problems.take();
    return rule;
}

std::string format_rule_payload(const RulePayload& payload)
{
    Json json = Json::object();
    json["deps"] = payload.dependencies;
    json["rule"] = rule_json(payload.rule);
    return dump_json(json);
}

Result<RulePayload> parse_rule_payload(std::string_view text)
{
    const Result<Json> json = parse_json(text, rule_json_limits);
    if (!json || !json->is_object() || !json->contains("deps") || !json->contains("rule"))
        return not_ours();
    const Json& ids = json->at("deps");
    Checked<TriggerRule> rule = read_rule(json->at("rule"));
    const bool are_ids =
        ids.is_array() && std::ranges::all_of(ids, [](const Json& id) { return id.is_string(); });
    if (!rule || !are_ids)
        return not_ours();
    return RulePayload{ids.get<std::vector<std::string>>(), std::move(*rule)};
}

} // namespace sluice
