// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/action_fields.h"

namespace sluice {

Json action_schema(std::string_view self)
{
    const ActionRules rules;
    return NestedActionKind{ActionContext{.rules = rules, .self = self}}.definition();
}

Json NestedActionKind::definition() const
{
    const Json ref{
        {"title", "Stored action"},
        {"description", "The id of a stored action."},
        {"type", "string"},
        {"format", "uuid"},
        {"examples", Json::array({"0198c5a8-7d4e-7000-8000-000000000000"})}};
    const Json reference{
        {"type", "object"}, {"properties", {{"ref", ref}}}, {"required", Json::array({"ref"})}};
    return Json{{"anyOf", Json::array({schema_of_members<Action>(context), reference})}};
}

Json UrlKind::schema() const
{
    return Json{{"type", "string"}, {"minLength", 1}, {"maxLength", rules.limits.url_bytes_max}};
}

Json HeaderValueKind::schema() const
{
    return Json{
        {"type", "string"},
        {"pattern", "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"},
        {"maxLength", rules.limits.header_value_bytes_max}};
}

Json HeadersKind::schema() const
{
    return Json{
        {"type", "object"},
        {"maxProperties", rules.limits.headers_max},
        {"propertyNames",
         {{"pattern", "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"},
          {"maxLength", rules.limits.header_name_bytes_max}}},
        {"additionalProperties", HeaderValueKind{rules}.schema()}};
}

} // namespace sluice
