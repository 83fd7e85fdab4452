// SPDX-License-Identifier: Apache-2.0
#include "sluice/json.h"

#include "sdk/json_text.h"

#include <cmath>
#include <stdexcept>

namespace sluice::client {

namespace {

using Value = sluice::Json;

// A text of ours is JSON already; its size and depth were limited when it was read.
Value value_of(const Json& json)
{
    return Value::parse(json.text());
}

Value checked(const Json& json, bool (Value::*is_right)() const noexcept, std::string_view wanted)
{
    Value value = value_of(json);
    if (!(value.*is_right)())
        throw std::invalid_argument("not " + std::string(wanted) + ": " + json.text());
    return value;
}

std::string joined(std::string text, std::string_view end)
{
    if (text.size() > 1)
        text.pop_back(); // the last comma
    return text.append(end);
}

} // namespace

Json::Json(double value)
{
    if (!std::isfinite(value))
        throw std::invalid_argument("JSON has no number for infinity and NaN");
    text_ = dump_json(value);
}

Json::Json(std::string_view text) : text_(dump_json(std::string(text)))
{}

Json Json::object(const std::vector<Member>& members)
{
    std::string text = "{";
    for (const auto& [name, value] : members)
        text.append(Json(name).text_).append(":").append(value.text_).append(",");
    Json object;
    object.text_ = joined(std::move(text), "}");
    return object;
}

Json Json::array(const std::vector<Json>& items)
{
    std::string text = "[";
    for (const Json& item : items)
        text.append(item.text_).append(",");
    Json array;
    array.text_ = joined(std::move(text), "]");
    return array;
}

Json Json::parse(std::string_view document)
{
    const Result<Value> value = parse_json(document);
    if (!value)
        throw std::invalid_argument(value.error().detail);
    return JsonText::of(*value);
}

bool Json::as_boolean() const
{
    return checked(*this, &Value::is_boolean, "a boolean").get<bool>();
}

std::int64_t Json::as_integer() const
{
    const Value value = checked(*this, &Value::is_number_integer, "an integer");
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{INT64_MAX})
        throw std::invalid_argument("not an integer of 64 bits: " + text_);
    return value.get<std::int64_t>();
}

double Json::as_number() const
{
    return checked(*this, &Value::is_number, "a number").get<double>();
}

std::string Json::as_string() const
{
    return checked(*this, &Value::is_string, "a string").get<std::string>();
}

std::vector<Json> Json::items() const
{
    const Value value = checked(*this, &Value::is_array, "an array");
    std::vector<Json> items;
    for (const Value& item : value)
        items.push_back(JsonText::of(item));
    return items;
}

std::vector<Json::Member> Json::members() const
{
    const Value value = checked(*this, &Value::is_object, "an object");
    std::vector<Member> members;
    for (const auto& [name, member] : value.items())
        members.emplace_back(name, JsonText::of(member));
    return members;
}

Json Json::at(std::string_view name) const
{
    std::optional<Json> member = find(name);
    if (!member)
        throw std::invalid_argument("no member '" + std::string(name) + "': " + text_);
    return std::move(*member);
}

std::optional<Json> Json::find(std::string_view name) const
{
    const Value value = checked(*this, &Value::is_object, "an object");
    const auto member = value.find(std::string(name));
    return member == value.end() ? std::nullopt : std::optional(JsonText::of(*member));
}

} // namespace sluice::client
