// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/task/task_rule.h"
#include "store/requests.h"

#include <map>
#include <optional>
#include <span>
#include <string>

namespace sluice {

struct WriteContext;

// A stored rule as it is in this transaction.
struct StoredRule {
    DefinitionId id;
    std::int64_t version = 0;
    TaskRule rule;
};

// Those that a group has asked for, by the ids that tasks give; nothing: there is none.
using StoredRules = std::map<std::string, std::optional<StoredRule>>;

// Null: there is no such rule.
const StoredRule* stored_rule(WriteContext& context, const std::string& id);

// Why tasks cannot have these rules (a JSON array), or that of one of them: a stored one is gone.
std::optional<Error> missing_rule(WriteContext& context, const std::string& rules);
std::optional<Error> missing_rule(WriteContext& context, std::span<const NewTask> tasks);

// From now on the tasks use the stored rules that their cards name, as these are now; they used
// none before.
void record_uses(WriteContext& context, std::span<const CardRow> cards);

} // namespace sluice
