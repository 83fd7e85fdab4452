// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/template_check.h"

#include "model/webhook/template_value.h"

#include <algorithm>

namespace sluice {

namespace {

std::optional<std::string> check_parts(const std::vector<TemplatePart>& parts, const Json* metadata)
{
    for (const TemplatePart& part : parts) {
        const auto* placeholder = std::get_if<Placeholder>(&part);
        if (!placeholder || !metadata || placeholder->variable != TemplateVariable::metadata)
            continue;
        if (const auto found = find_in_metadata(*metadata, *placeholder); !found)
            return found.error().detail;
    }
    return std::nullopt;
}

bool has_whole_authority(const TemplatePart& part)
{
    const auto* text = std::get_if<std::string>(&part);
    const std::size_t slashes = text ? text->find("://") : std::string::npos;
    if (slashes == std::string::npos)
        return false;
    return text->find_first_of("/?#", slashes + 3) != std::string::npos;
}

void collect(const Json& value, const Json* metadata, std::vector<std::string>& wrong)
{
    if (wrong.size() >= wrong_texts_max)
        return;
    if (value.is_structured())
        for (const Json& child : value)
            collect(child, metadata, wrong);
    if (!value.is_string())
        return;
    if (auto why = check_template(value.get_ref<const std::string&>(), metadata))
        wrong.push_back(std::move(*why));
}

} // namespace

std::optional<std::string> check_template(std::string_view text, const Json* metadata)
{
    const Result<std::vector<TemplatePart>> parts = parse_template(text);
    return parts ? check_parts(*parts, metadata) : parts.error().detail;
}

std::optional<std::string> check_url_template(std::string_view text, const Json* metadata)
{
    const Result<std::vector<TemplatePart>> parts = parse_template(text);
    if (!parts)
        return parts.error().detail;
    const bool has_placeholder = std::any_of(parts->begin(), parts->end(), [](const auto& part) {
        return std::holds_alternative<Placeholder>(part);
    });
    if (has_placeholder && !has_whole_authority(parts->front()))
        return "placeholders are accepted behind the host only";
    return check_parts(*parts, metadata);
}

std::vector<std::string> check_body_templates(const Json& body, const Json* metadata)
{
    std::vector<std::string> wrong;
    collect(body, metadata, wrong);
    return wrong;
}

std::string sample_of_template(std::string_view text)
{
    std::string sample;
    const std::vector<TemplatePart> parts = parse_template(text).value();
    for (const TemplatePart& part : parts) {
        const auto* literal = std::get_if<std::string>(&part);
        sample += literal ? *literal : "x";
    }
    return sample;
}

} // namespace sluice
