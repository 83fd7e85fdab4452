// SPDX-License-Identifier: Apache-2.0
// Stored rules and actions: what requests mean that refer to them.
#include "base/text.h"
#include "engine/engine.h"
#include "model/task/match_key.h"
#include "model/task/task_references.h"
#include "store/store.h"
#include "tasks/definitions.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

std::vector<std::string> ids_of(const std::vector<Reference>& references)
{
    std::vector<std::string> ids;
    for (const Reference& reference : references)
        ids.push_back(reference.id);
    std::ranges::sort(ids);
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

Problem unknown(std::string path, std::string_view what, std::string_view id)
{
    return {std::move(path), fmt::format("there is no stored {} '{}'", what, printable(id))};
}

// Problem or nothing.
std::optional<Problem>
too_large(const std::vector<Reference>& references, const std::map<std::string, Json>& documents)
{
    std::map<std::string, std::size_t> sizes;
    for (const auto& [id, document] : documents)
        sizes[id] = dump_json(document).size();
    std::size_t bytes = 0;
    for (const Reference& reference : references)
        bytes += sizes[reference.id];
    if (bytes <= Definitions::expansion_max)
        return std::nullopt;
    return Problem{
        "tasks", fmt::format(
                     "the stored actions that they refer to add up to {} bytes, at most {} are "
                     "accepted",
                     bytes, Definitions::expansion_max
                 )};
}

} // namespace

// Those that are there, by their ids.
Async<Result<Definitions::Documents>>
Definitions::look_up(DefinitionKind kind, std::vector<std::string> ids)
{
    Documents documents;
    for (const std::string& id : ids) {
        const std::optional<DefinitionId> definition = definition_id(kind, id);
        if (!definition)
            continue;
        auto look = [kind, definition = *definition](Reads& reads) {
            return reads.service().definition(kind, definition);
        };
        const Result<std::optional<DefinitionRow>> row = co_await store().read(std::move(look));
        if (!row)
            co_return row.error();
        if (!*row)
            continue;
        Result<Json> document = parse_json((*row)->document);
        if (!document)
            co_return Error{Errc::corrupt, "a stored document: " + document.error().detail};
        documents.emplace(id, *std::move(document));
    }
    co_return documents;
}

Async<Result<Definitions::Resolved>> Definitions::resolve(Json& body)
{
    Resolved resolved;
    const std::vector<Reference> rules = rule_references(body);
    const std::vector<Reference> actions = action_references(body);
    std::vector<std::string> rule_ids = ids_of(rules);
    const auto known_rules = co_await look_up(DefinitionKind::rule, std::move(rule_ids));
    if (!known_rules)
        co_return known_rules.error();
    std::vector<std::string> action_ids = ids_of(actions);
    const auto known_actions = co_await look_up(DefinitionKind::action, std::move(action_ids));
    if (!known_actions)
        co_return known_actions.error();

    for (const auto& [id, document] : *known_rules)
        for (TaskRule& rule : rules_in(fmt::format("[{}]", dump_json(document))))
            resolved.rules.emplace(id, std::move(rule));
    Problems problems;
    for (const Reference& reference : rules)
        if (!known_rules->contains(reference.id))
            problems.add(unknown(reference.path, "rule", reference.id));
    if (std::optional<Problem> problem = too_large(actions, *known_actions)) {
        problems.add(*std::move(problem));
        resolved.problems = problems.take();
        co_return resolved;
    }
    for (const Reference& reference : actions) {
        const auto action = known_actions->find(reference.id);
        if (action == known_actions->end())
            problems.add(unknown(reference.path, "action", reference.id));
        else
            *reference.place = action->second;
    }
    resolved.problems = problems.take();
    co_return resolved;
}

Async<Result<std::vector<Problem>>> Definitions::check_rules(std::vector<TaskRule> rules)
{
    std::vector<Reference> references;
    for (std::size_t i = 0; i < rules.size(); ++i)
        if (rules[i].stored)
            references.push_back({fmt::format("rules[{}].ref", i), *rules[i].stored, nullptr});
    std::vector<std::string> ids = ids_of(references);
    const Result<Documents> known = co_await look_up(DefinitionKind::rule, std::move(ids));
    if (!known)
        co_return known.error();
    Problems problems;
    for (const Reference& reference : references)
        if (!known->contains(reference.id))
            problems.add(unknown(reference.path, "rule", reference.id));
    co_return problems.take();
}

} // namespace sluice
