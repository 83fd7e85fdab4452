// SPDX-License-Identifier: Apache-2.0
#include "model/json/json_key.h"

#include "base/assert.h"
#include "model/json/json_number.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace sluice {

namespace {

void append(std::string& text, const Json& value);

// Not by dump(): that replaces bytes which are not UTF-8, and so makes different values equal.
void append_string(std::string& text, std::string_view string)
{
    text += '"';
    for (const char c : string) {
        if (static_cast<unsigned char>(c) < 0x20) {
            text += fmt::format("\\u{:04x}", static_cast<int>(c));
            continue;
        }
        if (c == '"' || c == '\\')
            text += '\\';
        text += c;
    }
    text += '"';
}

void append_number(std::string& text, const Json& value)
{
    std::array<char, 32> digits; // a double takes 24 at most, an integer 20
    char* const begin = digits.data();
    char* const end = begin + digits.size();
    const auto write = [=](auto number) {
        if constexpr (std::is_same_v<decltype(number), double>)
            return std::to_chars(begin, end, number, std::chars_format::scientific);
        else
            return std::to_chars(begin, end, number);
    };
    const std::to_chars_result written = std::visit(write, json_number(value));
    SLUICE_ASSERT(written.ec == std::errc());
    text.append(begin, written.ptr);
}

void append_array(std::string& text, const Json& array)
{
    text += '[';
    const char* separator = "";
    for (const Json& element : array) {
        text += std::exchange(separator, ",");
        append(text, element);
    }
    text += ']';
}

void append_members(std::string& text, std::vector<NamedJson> members)
{
    std::ranges::stable_sort(members, {}, &NamedJson::first);
    text += '{';
    const char* separator = "";
    for (const auto& [name, value] : members) {
        text += std::exchange(separator, ",");
        append_string(text, name);
        text += ':';
        append(text, *value);
    }
    text += '}';
}

std::vector<NamedJson> members_of(const Json& object)
{
    std::vector<NamedJson> members;
    members.reserve(object.size());
    for (const auto& [name, value] : object.get_ref<const Json::object_t&>())
        members.emplace_back(name, &value);
    return members;
}

void append(std::string& text, const Json& value)
{
    if (value.is_object())
        append_members(text, members_of(value));
    else if (value.is_array())
        append_array(text, value);
    else if (value.is_string())
        append_string(text, value.get_ref<const std::string&>());
    else if (value.is_number())
        append_number(text, value);
    else if (value.is_boolean())
        text += value.get<bool>() ? "true" : "false";
    else
        text += "null";
}

std::uint64_t from_network_order(std::span<const unsigned char> bytes)
{
    std::uint64_t value = 0;
    for (const unsigned char byte : bytes)
        value = value << 8 | byte;
    return value;
}

JsonKey hash(std::string_view text)
{
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    const std::span<const unsigned char> bytes(digest);
    return {from_network_order(bytes.first(8)), from_network_order(bytes.subspan(8, 8))};
}

} // namespace

std::string canonical_json(const Json& value)
{
    std::string text;
    append(text, value);
    return text;
}

JsonKey json_key(const Json& value)
{
    return hash(canonical_json(value));
}

JsonKey json_key(std::span<const NamedJson> values)
{
    std::string text;
    append_members(text, {values.begin(), values.end()});
    return hash(text);
}

} // namespace sluice
