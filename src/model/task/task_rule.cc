// SPDX-License-Identifier: Apache-2.0
#include "model/task/task_rule.h"

#include "model/task/task_kinds.h"
#include "model/task/task_words.h"

#include <fmt/format.h>

namespace sluice {

namespace {

// One r in Concurency: the spelling is the contract.
constexpr EnumNames<TaskRule::Type, 2> type_names{
    {{TaskRule::Type::concurrency, "Concurency"}, {TaskRule::Type::capacity, "Capacity"}}};

std::string_view maximum_of(TaskRule::Type type)
{
    return type == TaskRule::Type::concurrency ? "max_concurency" : "max_capacity";
}

constexpr IntegerKind maximum_kind{1};

} // namespace

template <class Visitor>
void describe(Visitor& visitor, TaskMatcher& matcher)
{
    visitor.required(
        "status", matcher.status, EnumKind{task_status_names},
        {.title = "Status",
         .description = "Tasks in this status count. Running counts Claimed too."}
    );
    visitor.required(
        "kind", matcher.kind, NameKind{kind_bytes_max},
        {.title = "Kind", .description = "Tasks of this kind count."}
    );
    visitor.required(
        "fields", matcher.fields, ListKind{NameKind{255}},
        {.title = "Fields",
         .description = "Names of members of the task's metadata. Tasks count whose metadata "
                        "contains the same values; none: whatever their metadata.",
         .examples = R"([["customer"]])"}
    );
}

namespace {

Json schema_of(TaskRule::Type type)
{
    Json schema{{"type", "object"}, {"required", {"type", maximum_of(type), "matcher"}}};
    Json& properties = schema["properties"];
    properties["type"] = Json{{"const", type_names.name(type)}};
    properties[std::string(maximum_of(type))] = maximum_kind.schema();
    properties["matcher"] = TaskMatcherKind{}.schema();
    return schema;
}

} // namespace

void TaskMatcherKind::read(const Value& value, TaskMatcher& out) const
{
    OpenObjectKind<TaskMatcher>{}.read(value, out);
    if (out.fields.size() > fields_max)
        Value{value.json, Path(value.path, "fields"), value.problems}.refuse(
            fmt::format("has {} names, at most {} are accepted", out.fields.size(), fields_max)
        );
}

Json TaskMatcherKind::schema() const
{
    return OpenObjectKind<TaskMatcher>{}.schema();
}

void TaskRuleKind::read(const Value& value, TaskRule& out) const
{
    ObjectReader reader(value);
    if (reader.find("ref")) {
        reader.required("ref", out.stored, UuidKind{});
        return;
    }
    const std::size_t before = value.problems.count();
    reader.required("type", out.type, EnumKind{type_names});
    if (value.problems.count() == before)
        reader.required(maximum_of(out.type), out.maximum, maximum_kind);
    reader.required("matcher", out.matcher, TaskMatcherKind{});
    if (value.problems.count() == before && out.type == TaskRule::Type::capacity &&
        out.matcher.status != TaskState::running) {
        const Path matcher(value.path, "matcher");
        value.problems.add(Path(matcher, "status"), "must be Running for a Capacity rule");
    }
}

Json TaskRuleKind::schema() const
{
    Json stored{{"type", "object"}, {"required", {"ref"}}};
    stored["properties"]["ref"] = UuidKind{}.schema();
    return Json{
        {"oneOf",
         {schema_of(TaskRule::Type::concurrency), schema_of(TaskRule::Type::capacity), stored}}};
}

std::optional<std::string> missing_field(const TaskMatcher& matcher, const Json& metadata)
{
    for (const std::string& field : matcher.fields)
        if (!metadata.is_object() || !metadata.contains(field))
            return field;
    return std::nullopt;
}

} // namespace sluice
