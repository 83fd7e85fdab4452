// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "model/task/task_rule.h"
#include "model/validation.h"
#include "model/webhook/action.h"

#include <optional>
#include <string>

namespace sluice {

// What clients store under an id, for tasks to refer to: a rule or an action, and a name for
// people. It stands alone: it refers to nothing that is stored.

struct RuleDefinition {
    std::optional<std::string> name;
    TaskRule rule;
    Json document; // the members of the rule, as they were sent
};
Checked<RuleDefinition> read_rule_definition(const Json& body);
Json rule_definition_schema(); // JSON Schema (2020-12)

struct ActionDefinition {
    std::optional<std::string> name;
    Action action;
    Json document;
};
Checked<ActionDefinition> read_action_definition(const Json& body, const ActionRules& rules);
Json action_definition_schema(std::string_view action); // where the schema of an action stands

// The same for documents that say the same: 32 hexadecimal digits.
std::string definition_key(const Json& document);

} // namespace sluice
