// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/template_value.h"

#include "base/text.h"
#include "model/json/json_pointer.h"

#include <fmt/format.h>

namespace sluice {

Result<const Json*> find_in_metadata(const Json& metadata, const Placeholder& placeholder)
{
    const Json* place = &metadata;
    for (const std::string& name : placeholder.path) {
        place = child_of(*place, name);
        if (!place)
            return Error{
                Errc::invalid, fmt::format(
                                   "{}: the metadata have no '{}' there",
                                   printable(placeholder.text), printable(name)
                               )};
    }
    return place;
}

Result<Json> value_of(const Placeholder& placeholder, const TemplateFacts& facts)
{
    switch (placeholder.variable) {
    case TemplateVariable::task_id:
        return json_result(Json(facts.task_id));
    case TemplateVariable::batch_id:
        return json_result(Json(facts.batch_id));
    case TemplateVariable::attempt:
        return json_result(Json(facts.attempt));
    case TemplateVariable::metadata:
        break;
    }
    const Result<const Json*> place = find_in_metadata(facts.metadata, placeholder);
    if (!place)
        return place.error();
    return json_result(**place);
}

std::string text_form(const Json& value)
{
    return value.is_string() ? value.get<std::string>() : dump_json(value);
}

} // namespace sluice
