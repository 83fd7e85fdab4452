// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice {

// Text with placeholders, as headers, URLs and bodies of webhooks may be:
//
//   {{metadata.user.name}}    a member of the task's metadata; blanks within the braces do not
//   count
//   {{metadata.items.0}}      an element by its number
//   {{metadata['a.b'].c}}     a name with other ASCII characters than letters, digits, '_' and '-';
//                             a quote within such a name is written twice
//   {{metadata}}              all of it
//   {{task.id}} {{batch.id}} {{attempt}}
//   {{{{                      a literal "{{"; "}}" outside of a placeholder needs no escape
//
// A single brace in front of a placeholder is literal: {{{attempt}}} is {1}.

enum class TemplateVariable : std::uint8_t { metadata, task_id, batch_id, attempt };

// Longer ones are refused: messages repeat them.
inline constexpr std::size_t placeholder_bytes_max = 512;

struct Placeholder {
    TemplateVariable variable = TemplateVariable::metadata;
    std::vector<std::string> path; // names within the metadata
    std::string text;              // as it was written, for messages

    friend bool operator==(const Placeholder&, const Placeholder&) = default;
};

using TemplatePart = std::variant<std::string, Placeholder>;

// Literal texts are never empty and never follow each other; empty text has no parts. Errors
// (invalid): braces that are not closed, an unknown variable, a path that cannot be read.
Result<std::vector<TemplatePart>> parse_template(std::string_view text);

} // namespace sluice
