// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/webhook/template_value.h"

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// Metadata of 64 KiB in each of a million placeholders must not fill the memory.
struct TemplateLimits {
    std::size_t text_bytes_max = 16u << 10; // of a rendered header or URL
    std::size_t body_bytes_max = 4u << 20;  // of all rendered texts of a body
};

// Templates (template_text.h) with their values. Errors (invalid) name the placeholder: the
// metadata lack its path (they may have changed since the task was created), or its value cannot
// stand there.

// Text values as they are, all others as JSON in one line.
Result<std::string> render_template(std::string_view text, const TemplateFacts& facts);

// The same, but no value may hold control characters and so begin a header of its own.
Result<std::string> render_header(std::string_view text, const TemplateFacts& facts);

// Every byte of a value but the unreserved ones (RFC 3986, section 2.3) is written %XX, so that the
// value stays within its segment or parameter. One of dots only is refused in the path, where it
// would mean another folder.
Result<std::string> render_url(std::string_view text, const TemplateFacts& facts);

// Parts that were read already, as text: what bodies are made of.
Result<std::string> render_parts(
    const std::vector<TemplatePart>& parts, const TemplateFacts& facts, std::size_t bytes_max
);

// Text as one part of a URL: every byte but the unreserved ones (RFC 3986, section 2.3) as %XX.
std::string url_component(std::string_view text);

Error rendered_too_large(std::size_t bytes_max);

} // namespace sluice
