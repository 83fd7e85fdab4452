// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/validation.h"

#include <optional>
#include <string_view>

namespace sluice {

// Where, and at which key, text that parse_json refused stops being the JSON of a context: NaN, a
// number too large for 64 bits, a mistake. Nothing when this second reading finds no fault (a key
// that stands twice, say). Slow: read after a failure only.
std::optional<Problem> problem_of_text(std::string_view text);

} // namespace sluice
