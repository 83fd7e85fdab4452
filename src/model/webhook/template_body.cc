// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/template_body.h"

#include "model/webhook/template_render.h"

namespace sluice {

namespace {

constexpr TemplateLimits limits;

// Renders a body in its place.
class BodyRenderer {
public:
    explicit BodyRenderer(const TemplateFacts& facts) : facts_(facts) {}

    Result<void> render(Json& value)
    {
        if (value.is_string())
            return render_text(value);
        if (!value.is_structured())
            return {};
        for (Json& child : value)
            if (const Result<void> rendered = render(child); !rendered)
                return rendered;
        return {};
    }

private:
    Result<void> render_text(Json& value)
    {
        const auto& text = value.get_ref<const std::string&>();
        if (text.find("{{") == std::string::npos)
            return {};
        const Result<std::vector<TemplatePart>> parts = parse_template(text);
        if (!parts)
            return parts.error();
        if (parts->size() == 1 && std::holds_alternative<Placeholder>(parts->front()))
            return put_value(std::get<Placeholder>(parts->front()), value);
        Result<std::string> joined = render_parts(*parts, facts_, limits.body_bytes_max);
        if (!joined)
            return joined.error();
        value = std::move(*joined);
        return spend(value.get_ref<const std::string&>().size());
    }

    Result<void> put_value(const Placeholder& placeholder, Json& out)
    {
        Result<Json> value = value_of(placeholder, facts_);
        if (!value)
            return value.error();
        out = std::move(*value);
        return spend(dump_json(out).size());
    }

    Result<void> spend(std::size_t bytes)
    {
        if (bytes > bytes_left_)
            return rendered_too_large(limits.body_bytes_max);
        bytes_left_ -= bytes;
        return {};
    }

    const TemplateFacts& facts_;
    std::size_t bytes_left_ = limits.body_bytes_max;
};

} // namespace

Result<Json> render_body(const Json& body, const TemplateFacts& facts)
{
    Json rendered = body;
    if (const Result<void> done = BodyRenderer(facts).render(rendered); !done)
        return done.error();
    return json_result(std::move(rendered));
}

} // namespace sluice
