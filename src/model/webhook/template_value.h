// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "model/webhook/template_text.h"

#include <string>
#include <string_view>

namespace sluice {

// What placeholders stand for.
struct TemplateFacts {
    const Json& metadata;
    std::string_view task_id;
    std::string_view batch_id;
    int attempt = 1;
};

// The value at the path of a placeholder of the metadata. Errors (invalid): there is none; the
// detail names the placeholder.
Result<const Json*> find_in_metadata(const Json& metadata, const Placeholder& placeholder);

// What any placeholder stands for; errors as above.
Result<Json> value_of(const Placeholder& placeholder, const TemplateFacts& facts);

// Text as it is, everything else as JSON in one line.
std::string text_form(const Json& value);

} // namespace sluice
