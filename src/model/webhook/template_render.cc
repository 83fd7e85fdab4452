// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/template_render.h"

#include "base/text.h"
#include "model/webhook/webhook_headers.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr TemplateLimits template_limits;

Error refused(const Placeholder& placeholder, std::string_view why)
{
    return {Errc::invalid, fmt::format("{}: {}", printable(placeholder.text), why)};
}

// How one value is written: gets its text form and what stands before it.
using Spelling =
    Result<std::string> (*)(const Placeholder&, std::string value, std::string_view before);

Result<std::string> as_it_is(const Placeholder&, std::string value, std::string_view)
{
    return value;
}

Result<std::string> in_header(const Placeholder& placeholder, std::string value, std::string_view)
{
    if (const auto wrong = check_header_value(value))
        return refused(placeholder, "its value " + *wrong);
    return value;
}

Result<std::string>
in_url(const Placeholder& placeholder, std::string value, std::string_view before)
{
    const bool is_path = before.find_first_of("?#") == std::string_view::npos;
    if (is_path && !value.empty() && value.find_first_not_of('.') == std::string::npos)
        return refused(placeholder, fmt::format("'{}' cannot stand in the path of a URL", value));
    return url_component(value);
}

Result<std::string> join_parts(
    const std::vector<TemplatePart>& parts, const TemplateFacts& facts, Spelling spell,
    std::size_t bytes_max
)
{
    std::string text;
    for (const TemplatePart& part : parts) {
        if (const auto* placeholder = std::get_if<Placeholder>(&part)) {
            const Result<Json> value = value_of(*placeholder, facts);
            if (!value)
                return value.error();
            const Result<std::string> spelled = spell(*placeholder, text_form(*value), text);
            if (!spelled)
                return spelled;
            text += *spelled;
        } else {
            text += std::get<std::string>(part);
        }
        if (text.size() > bytes_max)
            return rendered_too_large(bytes_max);
    }
    return text;
}

Result<std::string> render_line(std::string_view text, const TemplateFacts& facts, Spelling spell)
{
    const Result<std::vector<TemplatePart>> parts = parse_template(text);
    if (!parts)
        return parts.error();
    return join_parts(*parts, facts, spell, template_limits.text_bytes_max);
}

} // namespace

std::string url_component(std::string_view value)
{
    std::string text;
    for (const char c : value) {
        const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
                                c == '~';
        if (unreserved)
            text += c;
        else
            text += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return text;
}

Error rendered_too_large(std::size_t bytes_max)
{
    return {Errc::invalid, fmt::format("the rendered text is larger than {} bytes", bytes_max)};
}

Result<std::string> render_parts(
    const std::vector<TemplatePart>& parts, const TemplateFacts& facts, std::size_t bytes_max
)
{
    return join_parts(parts, facts, as_it_is, bytes_max);
}

Result<std::string> render_template(std::string_view text, const TemplateFacts& facts)
{
    return render_line(text, facts, as_it_is);
}

Result<std::string> render_header(std::string_view text, const TemplateFacts& facts)
{
    return render_line(text, facts, in_header);
}

Result<std::string> render_url(std::string_view text, const TemplateFacts& facts)
{
    return render_line(text, facts, in_url);
}

} // namespace sluice
