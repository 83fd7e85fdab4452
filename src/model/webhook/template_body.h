// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "model/webhook/template_value.h"

namespace sluice {

// Renders every text in a body (template_text.h), but not the names of members. Text that is
// exactly one placeholder becomes the value itself: "{{metadata.count}}" becomes 3. Errors are
// those of template_render.h.
Result<Json> render_body(const Json& body, const TemplateFacts& facts);

} // namespace sluice
