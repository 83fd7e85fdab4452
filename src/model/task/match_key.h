// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "model/task/task_rule.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sluice {

// How tasks are counted without looking at them again: all that share a status, a kind and the
// values under certain fields of their metadata share a key.

// The values that a task's metadata has under the fields of a matcher, as a matcher selects them.
struct MatchKey {
    std::string key; // 32 hexadecimal digits
    // When some value is an object or an array: the values, JSON by field. Containment is not
    // equality then, so whatever may be contained has to be compared with it.
    std::optional<std::string> pattern;

    friend bool operator==(const MatchKey&, const MatchKey&) = default;
};

// Sorted, each once: how fields of matchers are stored and compared.
std::vector<std::string> match_fields(std::vector<std::string> fields);

// Nothing when the metadata lacks one of the fields (as match_fields() gives them).
std::optional<MatchKey> match_key(std::span<const std::string> fields, const Json& metadata);

// A task's metadata as it is stored; null when there is none.
Json parse_metadata(const std::optional<std::string>& metadata);

// Rules as they were sent, a JSON array that was checked before.
std::vector<TaskRule> rules_in(const std::string& rules);

// The ids of those among them that are stored, sorted, each once.
std::vector<std::string> stored_rules_in(const std::string& rules);

} // namespace sluice
