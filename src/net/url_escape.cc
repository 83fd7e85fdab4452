// SPDX-License-Identifier: Apache-2.0
#include "net/url_escape.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace sluice {

namespace {

bool is_hex_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Spaces and control characters stay what they are and get the URL refused: they come from mistakes
// and attacks, not from people.
bool is_blank_or_control(char c)
{
    return static_cast<std::uint8_t>(c) <= 0x20 || c == 0x7f;
}

// pchar, "/" and "?" (RFC 3986, section 3.3 and 3.4).
bool may_stand(char c)
{
    constexpr std::string_view marks = "-._~!$&'()*+,;=:@/?";
    const bool is_alphanumeric =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return is_alphanumeric || marks.find(c) != std::string_view::npos || is_blank_or_control(c);
}

bool is_escape(std::string_view text)
{
    return text.size() >= 3 && text[0] == '%' && is_hex_digit(text[1]) && is_hex_digit(text[2]);
}

} // namespace

std::string escape_strays(std::string_view url)
{
    const std::size_t scheme_end = url.find("://");
    if (scheme_end == std::string_view::npos)
        return std::string(url);
    std::size_t at = std::min(url.find_first_of("/?#", scheme_end + 3), url.size());
    const std::size_t fragment = url.find('#', at);

    std::string escaped(url.substr(0, at));
    for (; at < url.size(); ++at)
        if (may_stand(url[at]) || at == fragment || is_escape(url.substr(at)))
            escaped += url[at];
        else
            escaped += fmt::format("%{:02X}", static_cast<std::uint8_t>(url[at]));
    return escaped;
}

} // namespace sluice
