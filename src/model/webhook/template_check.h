// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// What is wrong with templates (template_text.h) when they are created, or nothing: unknown
// variables, and paths that the metadata lack. `metadata` is nullptr where they are not known, as
// for stored actions.
std::optional<std::string> check_template(std::string_view text, const Json* metadata);

// Besides: no placeholder stands before the end of the host, which is judged as it was written.
std::optional<std::string> check_url_template(std::string_view text, const Json* metadata);

// One line for each text of the body that is wrong, up to a limit.
inline constexpr std::size_t wrong_texts_max = 100;
std::vector<std::string> check_body_templates(const Json& body, const Json* metadata);

// A good template with "x" for each placeholder: a URL whose syntax can be judged.
std::string sample_of_template(std::string_view text);

} // namespace sluice
