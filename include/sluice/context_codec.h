// SPDX-License-Identifier: Apache-2.0
// How values of C++ become values of a context and come back.
#pragma once

#include "sluice/export.h"
#include "sluice/json.h"

#include <charconv>
#include <concepts>
#include <cstddef>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <vector>

namespace sluice::workflows {

using Json = client::Json;

// One for each type that Context::get and set take: Json, bool, integers, float and double,
// std::string, std::vector, std::map with text keys, std::optional (nothing is null). For a type of
// your own:
//
//     template <>
//     struct sluice::workflows::ContextCodec<Order> {
//         static std::string name() { return "order"; }
//         static Json to_json(const Order& order) { return Json::object({{"id", order.id}}); }
//         static Order from_json(const Json& json) { return {json.at("id").as_integer()}; }
//     };
//
// Both functions throw std::invalid_argument for what they cannot turn; who called get or set is
// told so, with the key, as ContextError. One that holds other values writes them by context_item
// and context_member: then set tells the way into it, too.
template <class T>
struct ContextCodec;

template <class T>
concept ContextInput = requires(const T& value)
{
    {
        ContextCodec<T>::to_json(value)
        } -> std::same_as<Json>;
};

template <class T>
concept ContextOutput = requires(const Json& json)
{
    {
        ContextCodec<T>::from_json(json)
        } -> std::same_as<T>;
    {
        ContextCodec<T>::name()
        } -> std::convertible_to<std::string>;
};

template <class T>
concept ContextInteger = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> &&
                         !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> &&
                         !std::same_as<T, char16_t> && !std::same_as<T, char32_t> && sizeof(T) <= 8;

// A text as a value. Throws std::invalid_argument when it is not UTF-8, where a Json made of it
// would have U+FFFD.
SLUICE_API Json context_text(std::string_view text);

// Throws std::invalid_argument for a key that is not UTF-8.
SLUICE_API void check_context_key(std::string_view key);

// Within a catch: throws `why` on, with the way to it.
[[noreturn]] SLUICE_API void throw_from_item(std::size_t index, const std::invalid_argument& why);
[[noreturn]] SLUICE_API void
throw_from_member(std::string_view key, const std::invalid_argument& why);

// What a list has at `index`, as its codec writes it. Throws what that throws, with the way to it.
template <class T>
Json context_item(std::size_t index, const T& value)
{
    try {
        return ContextCodec<T>::to_json(value);
    } catch (const std::invalid_argument& why) {
        throw_from_item(index, why);
    }
}

// The same for a member of an object.
template <class T>
Json::Member context_member(std::string_view key, const T& value)
{
    check_context_key(key);
    try {
        return {std::string(key), ContextCodec<T>::to_json(value)};
    } catch (const std::invalid_argument& why) {
        throw_from_member(key, why);
    }
}

template <>
struct ContextCodec<Json> {
    static std::string name() { return "value"; }
    static Json to_json(const Json& value) { return value; }
    static Json from_json(const Json& json) { return json; }
};

template <>
struct ContextCodec<bool> {
    static std::string name() { return "boolean"; }
    static Json to_json(bool value) { return Json(value); }
    static bool from_json(const Json& json) { return json.as_boolean(); }
};

// Exact: a number with a fraction or an exponent is none, nor one that T cannot hold.
template <ContextInteger T>
struct ContextCodec<T> {
    static std::string name() { return "integer"; }
    static Json to_json(T value) { return Json(value); }
    static T from_json(const Json& json)
    {
        const std::string& text = json.text();
        const char* const end = text.data() + text.size();
        T value{};
        const auto [rest, error] = std::from_chars(text.data(), end, value);
        if (error == std::errc() && rest == end)
            return value;
        if (text.find_first_not_of("-0123456789") == std::string::npos)
            throw std::invalid_argument(text + " does not fit");
        throw std::invalid_argument("not an integer");
    }
};

// NaN and infinity have no form in JSON.
template <class T>
requires(std::same_as<T, float> || std::same_as<T, double>) struct ContextCodec<T> {
    static std::string name() { return "number"; }
    static Json to_json(T value) { return Json(static_cast<double>(value)); }
    static T from_json(const Json& json) { return static_cast<T>(json.as_number()); }
};

template <>
struct ContextCodec<std::string> {
    static std::string name() { return "text"; }
    static Json to_json(const std::string& value) { return context_text(value); }
    static std::string from_json(const Json& json) { return json.as_string(); }
};

// These are only given; they own nothing, so they are never read.
template <>
struct ContextCodec<std::string_view> {
    static Json to_json(std::string_view value) { return context_text(value); }
};
template <>
struct ContextCodec<const char*> {
    static Json to_json(const char* value) { return context_text(value); }
};
template <>
struct ContextCodec<std::nullptr_t> {
    static Json to_json(std::nullptr_t) { return Json(); }
};

template <class T>
struct ContextCodec<std::vector<T>> {
    static std::string name() { return "list of " + ContextCodec<T>::name(); }
    static Json to_json(const std::vector<T>& values)
    {
        std::vector<Json> items;
        items.reserve(values.size());
        for (const T& value : values)
            items.push_back(context_item<T>(items.size(), value));
        return Json::array(items);
    }
    static std::vector<T> from_json(const Json& json)
    {
        std::vector<T> values;
        for (const Json& item : json.items())
            values.push_back(ContextCodec<T>::from_json(item));
        return values;
    }
};

template <class T, class Less>
struct ContextCodec<std::map<std::string, T, Less>> {
    static std::string name() { return "object of " + ContextCodec<T>::name(); }
    static Json to_json(const std::map<std::string, T, Less>& values)
    {
        std::vector<Json::Member> members;
        members.reserve(values.size());
        for (const auto& [key, value] : values)
            members.push_back(context_member<T>(key, value));
        return Json::object(members);
    }
    static std::map<std::string, T, Less> from_json(const Json& json)
    {
        std::map<std::string, T, Less> values;
        for (const auto& [key, value] : json.members())
            values.insert_or_assign(key, ContextCodec<T>::from_json(value));
        return values;
    }
};

template <class T>
struct ContextCodec<std::optional<T>> {
    static std::string name() { return ContextCodec<T>::name() + " or null"; }
    static Json to_json(const std::optional<T>& value)
    {
        return value ? ContextCodec<T>::to_json(*value) : Json();
    }
    static std::optional<T> from_json(const Json& json)
    {
        if (json.is_null())
            return std::nullopt;
        return ContextCodec<T>::from_json(json);
    }
};

} // namespace sluice::workflows
