// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/webhook_headers.h"

#include "base/text.h"

#include <algorithm>
#include <iterator>

namespace sluice {

namespace {

bool is_token_character(char c)
{
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.find(c) != std::string_view::npos;
}

bool is_refused_in_values(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

} // namespace

std::optional<std::string> check_header_name(std::string_view name)
{
    if (!name.empty() && std::all_of(name.begin(), name.end(), is_token_character))
        return std::nullopt;
    return "the name of a header is made of letters, digits and !#$%&'*+-.^_`|~ only";
}

std::optional<std::string> check_header_value(std::string_view value)
{
    if (std::none_of(value.begin(), value.end(), is_refused_in_values))
        return std::nullopt;
    return "must not contain line breaks or other control characters";
}

bool is_connection_header(std::string_view name)
{
    constexpr std::string_view names[] = {
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "upgrade",
        "transfer-encoding",
        "http2-settings"};
    return std::find(std::begin(names), std::end(names), to_lower(name)) != std::end(names);
}

std::vector<HeaderLine>
merge_headers(std::span<const HeaderLine> users, std::span<const HeaderLine> ours)
{
    const auto is_ours = [ours](std::string_view name) {
        return std::any_of(ours.begin(), ours.end(), [name](const HeaderLine& line) {
            return to_lower(line.name) == to_lower(name);
        });
    };
    std::vector<HeaderLine> merged;
    for (const HeaderLine& line : users)
        if (!is_connection_header(line.name) && !is_ours(line.name))
            merged.push_back(line);
    merged.insert(merged.end(), ours.begin(), ours.end());
    return merged;
}

} // namespace sluice
