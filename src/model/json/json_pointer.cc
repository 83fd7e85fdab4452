// SPDX-License-Identifier: Apache-2.0
#include "model/json/json_pointer.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace sluice {

namespace {

Error refused(std::string_view text, std::string_view why)
{
    return {
        Errc::invalid, fmt::format(
                           "'{}' is not a JSON pointer: {} (accepted: '', '/state', '/items/0')",
                           printable(text), why
                       )};
}

std::optional<std::size_t> element_number(std::string_view text)
{
    if (text.size() > 1 && text.starts_with('0'))
        return std::nullopt;
    std::size_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, number);
    if (failure != std::errc() || stop != end)
        return std::nullopt;
    return number;
}

// Nothing when a '~' stands before another character than 0 or 1.
std::optional<std::string> unescape(std::string_view text)
{
    std::string name;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '~') {
            name += text[i];
            continue;
        }
        ++i;
        if (i == text.size() || (text[i] != '0' && text[i] != '1'))
            return std::nullopt;
        name += text[i] == '0' ? '~' : '/';
    }
    return name;
}

} // namespace

const Json* child_of(const Json& value, std::string_view name)
{
    if (value.is_object()) {
        const auto member = value.find(std::string(name));
        return member == value.end() ? nullptr : &*member;
    }
    if (!value.is_array())
        return nullptr;
    const std::optional<std::size_t> number = element_number(name);
    return number && *number < value.size() ? &value[*number] : nullptr;
}

Result<JsonPointer> JsonPointer::parse(std::string_view text)
{
    JsonPointer pointer;
    if (text.empty())
        return pointer;
    if (!text.starts_with('/'))
        return refused(text, "it does not begin with '/'");
    for (const std::string& part : split(text.substr(1), '/')) {
        std::optional<std::string> name = unescape(part);
        if (!name)
            return refused(text, "'~' is written '~0', and '/' within a name '~1'");
        pointer.names_.push_back(std::move(*name));
    }
    return pointer;
}

const Json* JsonPointer::find(const Json& value) const
{
    const Json* place = &value;
    for (const std::string& name : names_)
        if (place)
            place = child_of(*place, name);
    return place;
}

} // namespace sluice
