// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/validation.h"
#include "model/workflow/trigger_rule.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

// Rules as JSON, in definitions and in the payloads of tasks:
//
//   {"type": "Always"}
//   {"type": "All" | "Any" | "None", "conditions": [rule, …]}
//   {"type": "TaskSuccess" | "TaskFailed" | "TaskSkipped", "task_name": "extract"}
//   {"type": "ContextValue", "key": "n", "operator": "GreaterThan", "value": 5}

inline constexpr std::size_t rule_depth_max = 100;

// For documents with rules in them: each level of a rule is an object and a list.
inline constexpr JsonLimits rule_json_limits{.depth_max = 2 * rule_depth_max + 200};

Json rule_json(const TriggerRule& rule);

// A kind (kinds.h) of rules.
struct TriggerRuleKind {
    void read(const Value& value, TriggerRule& out) const;
};

Checked<TriggerRule> read_rule(const Json& json);

// What the row of a task with a rule carries. Its parents are its dependencies, and then those that
// only the rule names, in the rule's order.
struct RulePayload {
    std::vector<std::string> dependencies = {}; // their ids within the workflow, as declared
    TriggerRule rule = {};
};

std::string format_rule_payload(const RulePayload& payload);

// Errors: corrupt.
Result<RulePayload> parse_rule_payload(std::string_view text);

} // namespace sluice
