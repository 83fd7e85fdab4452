// SPDX-License-Identifier: Apache-2.0
#include "model/spec_edit.h"

#include "base/text.h"
#include "model/pipeline_schema.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <variant>
#include <vector>

namespace sluice {

namespace {

using Step = std::variant<std::string, std::size_t>; // a key, or an index
using Steps = std::vector<Step>;

Error bad_path(std::string_view assignment)
{
    return {
        Errc::invalid,
        fmt::format(
            "cannot read '{}': accepted is path=value, like datum_tries=3, transform.cmd[1]=-v or "
            "transform.env[\"a.b\"]=x",
            printable(assignment)
        )};
}

// Takes `[2]` or `["a.b"]` from the front.
std::optional<Step> take_bracket(std::string_view& rest)
{
    std::size_t end = 1;
    bool quoted = false;
    for (; end < rest.size() && (quoted || rest[end] != ']'); ++end) {
        if (quoted && rest[end] == '\\')
            ++end;
        else if (rest[end] == '"')
            quoted = !quoted;
    }
    if (end >= rest.size())
        return std::nullopt;
    const std::string_view inside = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    if (inside.starts_with('"')) {
        const Result<Json> key = parse_json(inside);
        if (!key || !key->is_string())
            return std::nullopt;
        return key->get<std::string>();
    }
    std::size_t index = 0;
    const auto [stop, failure] =
        std::from_chars(inside.data(), inside.data() + inside.size(), index);
    if (inside.empty() || failure != std::errc{} || stop != inside.data() + inside.size())
        return std::nullopt;
    return index;
}

// Takes the path and its '=' from the front; nothing when it is not of the form of Path::text().
std::optional<Steps> take_path(std::string_view& rest)
{
    Steps steps;
    while (!rest.starts_with('=')) {
        if (rest.starts_with('[')) {
            std::optional<Step> step = take_bracket(rest);
            if (!step)
                return std::nullopt;
            steps.push_back(std::move(*step));
            continue;
        }
        if (!steps.empty()) {
            if (!rest.starts_with('.'))
                return std::nullopt;
            rest.remove_prefix(1);
        }
        const std::size_t end = rest.find_first_of(".[=");
        if (end == 0 || end == std::string_view::npos)
            return std::nullopt;
        steps.emplace_back(std::string(rest.substr(0, end)));
        rest.remove_prefix(end);
    }
    rest.remove_prefix(1);
    return steps.empty() ? std::nullopt : std::optional(std::move(steps));
}

// The schema of the value behind one step; null where the schema knows none.
Json schema_behind(const Json& root, const Json& schema, const Step& step)
{
    if (schema.contains("$ref"))
        return schema_behind(root, root["$defs"]["input"], step);
    if (schema.contains("oneOf")) {
        for (const Json& choice : schema["oneOf"])
            if (Json found = schema_behind(root, choice, step); !found.is_null())
                return found;
        return nullptr;
    }
    if (std::holds_alternative<std::size_t>(step))
        return schema.value("items", Json());
    const auto& key = std::get<std::string>(step);
    if (schema.contains("properties") && schema["properties"].contains(key))
        return schema["properties"][key];
    const Json others = schema.value("additionalProperties", Json());
    return others.is_object() ? others : Json();
}

bool wants_text_only(const Steps& steps)
{
    const Json root = pipeline_schema();
    Json schema = root;
    for (const Step& step : steps)
        schema = schema_behind(root, schema, step);
    if (!schema.contains("type"))
        return false;
    const Json& type = schema["type"];
    return type == "string" || type == Json::array({"string", "null"});
}

Json read_value(const Steps& steps, std::string_view text)
{
    Result<Json> json = parse_json(text);
    const bool means_absent = text == "null";
    if (!json || (wants_text_only(steps) && !json->is_string() && !means_absent))
        return Json(std::string(text));
    return std::move(*json);
}

// The value behind one step, made when it is missing; nullptr where there can be none.
Json* step_into(Json& value, const Step& step)
{
    if (const auto* index = std::get_if<std::size_t>(&step)) {
        if (!value.is_array() || *index > value.size())
            return nullptr;
        if (*index == value.size())
            value.push_back(nullptr);
        return &value[*index];
    }
    if (value.is_null())
        value = Json::object();
    return value.is_object() ? &value[std::get<std::string>(step)] : nullptr;
}

} // namespace

Result<void> set_field(Json& document, std::string_view assignment)
{
    std::string_view rest = assignment;
    const std::optional<Steps> steps = take_path(rest);
    if (!steps)
        return bad_path(assignment);

    Json changed = document;
    Json* value = &changed;
    for (const Step& step : *steps) {
        value = step_into(*value, step);
        if (!value)
            return Error{
                Errc::invalid,
                fmt::format(
                    "cannot set '{}': the path leads through a value that is not there",
                    printable(assignment)
                )};
    }
    *value = read_value(*steps, rest);
    document = std::move(changed);
    return {};
}

} // namespace sluice
