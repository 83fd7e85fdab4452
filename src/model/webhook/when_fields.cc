// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/when_fields.h"

namespace sluice {

namespace {

const IntegerKind status_kind{100, 599};

constexpr EnumNames<TaskState, 2> outcome_words{
    {{TaskState::succeeded, "success"}, {TaskState::failed, "failure"}}};

// Reads a list of at most `size_max` values, or a single one.
template <class T, class Kind>
void read_one_or_more(
    const Value& value, std::vector<T>& out, const Kind& kind, std::size_t size_max
)
{
    if (!value.json.is_array())
        return kind.read(value, out.emplace_back());
    if (value.json.empty() || value.json.size() > size_max)
        return value.refuse(
            fmt::format("must hold from 1 to {} elements, not {}", size_max, value.json.size())
        );
    ListKind<Kind>{kind}.read(value, out);
}

Json one_or_more(const Json& schema, std::size_t size_max)
{
    const Json list{{"type", "array"}, {"items", schema}, {"minItems", 1}, {"maxItems", size_max}};
    return Json{{"oneOf", Json::array({schema, list})}};
}

} // namespace

void StatusesKind::read(const Value& value, std::vector<std::int64_t>& out) const
{
    read_one_or_more(value, out, status_kind, limits.when_statuses_max);
}

Json StatusesKind::schema() const
{
    return one_or_more(status_kind.schema(), limits.when_statuses_max);
}

void PointerKind::read(const Value& value, JsonPointer& out) const
{
    const bool is_text = value.json.is_string();
    if (is_text && value.json.get_ref<const std::string&>().size() > limits.pointer_bytes_max)
        return value.refuse(fmt::format("must be at most {} bytes long", limits.pointer_bytes_max));
    ParsedKind<JsonPointer>{JsonPointer::parse}.read(value, out);
}

Json PointerKind::schema() const
{
    return Json{{"type", "string"}, {"pattern", "^(/([^~]|~[01])*)?$"}};
}

void AnyKind::read(const Value& value, Json& out) const
{
    out = value.json;
}

void NumberKind::read(const Value& value, Json& out) const
{
    if (!value.json.is_number())
        return value.refuse_type("a number");
    out = value.json;
}

void ConditionKind::read(const Value& value, AnswerCondition& out) const
{
    const std::size_t before = value.problems.count();
    read_members(value, out, context);
    if (value.problems.count() != before)
        return;
    // Elsewhere a member that is null is absent; here it is a value to compare with.
    if (const auto equals = value.json.find("equals"); equals != value.json.end())
        out.equals.emplace(*equals);

    const bool has_test = out.equals || out.exists || out.greater || out.less;
    if (has_test && !out.pointer)
        value.refuse("needs 'pointer', which says what is compared");
    else if (out.pointer && !has_test)
        value.refuse("needs one of 'equals', 'exists', 'greater' and 'less' beside 'pointer'");
    else if (out.statuses.empty() && !out.pointer)
        value.refuse("needs 'status' or 'pointer'");
}

Json ConditionKind::schema() const
{
    return schema_of_members<AnswerCondition>(context);
}

void ThenKind::read(const Value& value, When& out) const
{
    if (value.json.is_string()) {
        TaskState outcome = TaskState::succeeded;
        EnumKind{outcome_words}.read(value, outcome);
        out.outcome = outcome;
        return;
    }
    if (!value.json.is_structured())
        return value.refuse_type("'success', 'failure', an action or a list of actions");
    ActionContext inner = context;
    ++inner.depth;
    if (inner.depth > context.rules.limits.depth_max)
        return value.refuse(fmt::format(
            "actions may stand within 'when' of others {} deep at most",
            context.rules.limits.depth_max
        ));
    read_one_or_more(
        value, out.actions, NestedActionKind{inner}, context.rules.limits.when_actions_max
    );
}

Json ThenKind::schema() const
{
    Json schema =
        one_or_more(NestedActionKind{context}.schema(), context.rules.limits.when_actions_max);
    schema["oneOf"].push_back(EnumKind{outcome_words}.schema());
    return schema;
}

void WhenKind::read(const Value& value, When& out) const
{
    read_members(value, out, context);
}

Json WhenKind::schema() const
{
    return schema_of_members<When>(context);
}

void WhensKind::read(const Value& value, std::vector<When>& out) const
{
    if (value.json.is_array() && value.json.empty())
        return;
    read_one_or_more(value, out, WhenKind{context}, context.rules.limits.whens_max);
}

Json WhensKind::schema() const
{
    return one_or_more(WhenKind{context}.schema(), context.rules.limits.whens_max);
}

} // namespace sluice
