// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/stored_rules.h"

#include "base/json.h"
#include "model/task/match_key.h"
#include "store/definition_tables.h"
#include "store/use_cases/context.h"

#include <fmt/format.h>

namespace sluice {

namespace {

std::optional<StoredRule> look_up(WriteContext& context, const std::string& id)
{
    const std::optional<Uid> uid = parse_uid(id);
    const auto key = uid ? key_of(UidKind::rule, *uid, context.uid_secret) : std::nullopt;
    if (!key)
        return std::nullopt;
    const std::optional<DefinitionRow> row =
        context.tables.definitions().definition(DefinitionKind::rule, DefinitionId{*key});
    if (!row)
        return std::nullopt;
    const std::vector<TaskRule> rules = rules_in("[" + row->document + "]");
    return rules.empty() ? std::nullopt
                         : std::optional(StoredRule{row->id, row->version, rules.front()});
}

} // namespace

const StoredRule* stored_rule(WriteContext& context, const std::string& id)
{
    auto known = context.stored_rules.find(id);
    if (known == context.stored_rules.end())
        known = context.stored_rules.emplace(id, look_up(context, id)).first;
    return known->second ? &*known->second : nullptr;
}

std::optional<Error> missing_rule(WriteContext& context, const std::string& rules)
{
    for (const std::string& id : stored_rules_in(rules))
        if (!stored_rule(context, id))
            return Error{Errc::conflict, fmt::format("stored rule '{}' was deleted", id)};
    return std::nullopt;
}

std::optional<Error> missing_rule(WriteContext& context, std::span<const NewTask> tasks)
{
    const std::string* last = nullptr; // most tasks of a batch have the same
    for (const NewTask& task : tasks) {
        if (!task.card || !task.card->rules || (last && *last == *task.card->rules))
            continue;
        last = &*task.card->rules;
        if (std::optional<Error> missing = missing_rule(context, *last))
            return missing;
    }
    return std::nullopt;
}

void record_uses(WriteContext& context, std::span<const CardRow> cards)
{
    std::vector<RuleUseRow> uses;
    for (const CardRow& card : cards) {
        if (!card.rules)
            continue;
        for (const std::string& id : stored_rules_in(*card.rules))
            if (const StoredRule* rule = stored_rule(context, id))
                uses.push_back({rule->id, card.task, card.run, rule->version});
    }
    if (!uses.empty())
        context.tables.definitions().insert_uses(uses);
}

} // namespace sluice
