// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"

#include <string_view>

namespace sluice {

struct YamlLimits {
    std::size_t bytes_max = 1u << 20;
    std::size_t depth_max = 64;
    std::size_t values_max = 100'000; // counted where an alias repeats them, too
};

// Reads one YAML document into JSON, with the types of the YAML 1.2 core schema: plain true/false,
// null/~, numbers; quoted or block text is always text, and so are words like `yes` and `on`. Keys
// are text. JSON is YAML and reads the same.
// Errors (invalid), with line and column: not YAML, not UTF-8, a key that stands twice, a key that
// is not a scalar, tags other than the core schema's, merge keys, .nan and .inf, more than one
// document, an alias inside its own anchor, anything beyond the limits.
Result<Json> parse_yaml(std::string_view text, const YamlLimits& limits = {});

} // namespace sluice
