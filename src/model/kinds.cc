// SPDX-License-Identifier: Apache-2.0
#include "model/kinds.h"

#include "model/duration.h"

#include <fmt/format.h>

namespace sluice {

namespace {

std::string range_words(const IntegerKind& kind)
{
    if (kind.max == INT64_MAX && kind.min == INT64_MIN)
        return "a whole number";
    if (kind.max == INT64_MAX)
        return fmt::format("a whole number of at least {}", kind.min);
    return fmt::format("a whole number from {} to {}", kind.min, kind.max);
}

// A whole number, however it was written: 3, 3.0 and 3e0 are the same number in JSON.
std::optional<std::int64_t> whole_number(const Json& json)
{
    if (json.is_number_unsigned()) {
        const std::uint64_t number = json.get<std::uint64_t>();
        if (number > INT64_MAX)
            return std::nullopt;
        return static_cast<std::int64_t>(number);
    }
    if (json.is_number_integer())
        return json.get<std::int64_t>();
    if (!json.is_number_float())
        return std::nullopt;
    const double number = json.get<double>();
    constexpr double exact_max = 9007199254740992.0; // 2^53
    if (!(number >= -exact_max && number <= exact_max))
        return std::nullopt;
    const auto whole = static_cast<std::int64_t>(number);
    return static_cast<double>(whole) == number ? std::optional(whole) : std::nullopt;
}

} // namespace

void TextKind::read(const Value& value, std::string& out) const
{
    if (!value.json.is_string())
        return value.refuse_type("text");
    const auto& text = value.json.get_ref<const std::string&>();
    if (text.size() < size_min)
        return value.refuse("must not be empty");
    if (text.find('\0') != std::string::npos)
        return value.refuse("must not contain a NUL byte");
    out = text;
}

Json TextKind::schema() const
{
    Json schema{{"type", "string"}};
    if (size_min > 0)
        schema["minLength"] = size_min;
    return schema;
}

void IntegerKind::read(const Value& value, std::int64_t& out) const
{
    const std::optional<std::int64_t> number = whole_number(value.json);
    if (!number || *number < min || *number > max)
        return value.refuse_type(range_words(*this));
    out = *number;
}

Json IntegerKind::schema() const
{
    Json schema{{"type", "integer"}};
    if (min != INT64_MIN)
        schema["minimum"] = min;
    if (max != INT64_MAX)
        schema["maximum"] = max;
    return schema;
}

void FlagKind::read(const Value& value, bool& out) const
{
    if (!value.json.is_boolean())
        return value.refuse_type("true or false");
    out = value.json.get<bool>();
}

Json FlagKind::schema() const
{
    return Json{{"type", "boolean"}};
}

void AnyObjectKind::read(const Value& value, Json& out) const
{
    if (!value.json.is_object())
        return value.refuse_type("an object");
    out = value.json;
}

Json AnyObjectKind::schema() const
{
    return Json{{"type", "object"}};
}

void DurationKind::read(const Value& value, std::chrono::seconds& out) const
{
    Result<std::chrono::seconds> parsed = duration_of_seconds(0);
    if (value.json.is_string())
        parsed = parse_duration(value.json.get_ref<const std::string&>());
    else if (const auto seconds = whole_number(value.json))
        parsed = duration_of_seconds(*seconds);
    else
        return value.refuse_type("a duration like '90s', '5m' or '1h30m'");

    if (parsed)
        out = *parsed;
    else
        value.refuse(parsed.error().detail);
}

Json DurationKind::schema() const
{
    return Json{
        {"type", {"string", "integer"}},
        {"pattern", "^\\s*([0-9]+\\s*[A-Za-z]*\\s*)+$"},
        {"minimum", 1},
        {"maximum", duration_max.count()}};
}

void TextMapKind::read(const Value& value, std::map<std::string, std::string>& out) const
{
    if (!value.json.is_object())
        return value.refuse_type("an object");
    for (const auto& [key, member] : value.json.items()) {
        const Path path(value.path, key);
        if (const auto wrong = check_key ? check_key(key) : std::nullopt)
            value.problems.add(path, *wrong);
        TextKind{}.read(Value{member, path, value.problems}, out[key]);
    }
}

Json TextMapKind::schema() const
{
    Json schema{{"type", "object"}, {"additionalProperties", TextKind{}.schema()}};
    if (!key_pattern.empty())
        schema["propertyNames"] = Json{{"pattern", std::string(key_pattern)}};
    return schema;
}

Json SchemaWriter::nullable(Json schema)
{
    if (schema.contains("oneOf"))
        schema["oneOf"].push_back(Json{{"type", "null"}});
    if (schema.contains("enum"))
        schema["enum"].push_back(nullptr);
    if (!schema.contains("type"))
        return schema;
    Json& type = schema["type"];
    if (type.is_string())
        type = Json::array({type});
    type.push_back("null");
    return schema;
}

void SchemaWriter::add(std::string_view key, Json schema, const FieldDoc& doc)
{
    Json property{{"title", std::string(doc.title)}, {"description", std::string(doc.description)}};
    property.update(schema);
    if (!doc.examples.empty())
        property["examples"] = parse_json(doc.examples).value();
    properties_[std::string(key)] = std::move(property);
}

Json SchemaWriter::finish()
{
    Json schema{{"type", "object"}, {"properties", std::move(properties_)}};
    if (!required_.empty())
        schema["required"] = std::move(required_);
    schema["additionalProperties"] = false;
    return schema;
}

} // namespace sluice
