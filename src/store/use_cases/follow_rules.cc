// SPDX-License-Identifier: Apache-2.0
// follow rules: the tasks that use a stored rule that has changed go by it as it is now. Piece by
// piece, for there may be many; what a process that dies has left is found by the next one.
#include "store/use_cases/follow_rules.h"

#include "model/task/match_key.h"
#include "store/definition_tables.h"
#include "store/service_tables.h"
#include "store/use_cases/task_gates.h"

#include <fmt/format.h>

namespace sluice {

namespace {

std::vector<RunId> runs_of(const std::vector<CardRow>& cards)
{
    std::vector<RunId> runs;
    for (const CardRow& card : cards)
        runs.push_back(card.run);
    sort_unique(runs);
    return runs;
}

void record(WriteContext& context, const DefinitionRow& rule, const std::vector<RunId>& runs)
{
    const Uid id = make_uid(UidKind::rule, rule.created_at, rule.id.value, context.uid_secret);
    std::vector<EventRow> events;
    for (const RunId run : runs) {
        EventRow& event = events.emplace_back();
        event.at = context.now;
        event.run = run;
        event.kind = "rules";
        event.actor = rule.actor;
        event.detail = fmt::format("stored rule {}: {}", format_uid(id), rule.document);
    }
    context.tables.insert_events(events);
}

// How many have followed; nothing: there was none left.
std::optional<std::size_t>
follow(WriteContext& context, const DefinitionRow& rule, std::size_t limit)
{
    DefinitionTables& tables = context.tables.definitions();
    std::vector<CardRow> cards = tables.followers(rule, limit);
    if (cards.empty()) {
        tables.unset_changed(rule.id);
        return std::nullopt;
    }
    context.lock_runs(runs_of(cards));
    cards = tables.followers(rule, limit); // as they are once nobody else can change them
    std::erase_if(cards, [&](const CardRow& card) {
        const RunRow* run = context.runs.find(card.run);
        return !run || is_over(*run);
    });
    if (cards.empty())
        return 0;
    set_gates(context, cards);
    record(context, rule, runs_of(cards));
    return cards.size();
}

} // namespace

void run(WriteContext& context, Operations<FollowRules> operations)
{
    for (Operation<FollowRules>* operation : operations) {
        FollowRules::Reply reply;
        reply.done = true;
        for (const DefinitionRow& rule : context.tables.definitions().changed_rules()) {
            const std::size_t left = operation->request.limit - reply.changed;
            const auto followed = left > 0 ? follow(context, rule, left) : std::optional(left);
            reply.changed += followed.value_or(0);
            reply.done = reply.done && !followed;
        }
        operation->answer(reply);
    }
}

void renew_gates(WriteContext& context, std::span<const TaskId> tasks)
{
    if (tasks.empty())
        return;
    std::vector<CardRow> changed;
    for (CardRow& card : context.tables.service().cards(tasks)) {
        if (!card.rules)
            continue;
        const bool is_stored = !stored_rules_in(*card.rules).empty();
        if (is_stored || gates_of(context, card) != card.gates)
            changed.push_back(std::move(card));
    }
    if (!changed.empty())
        set_gates(context, changed);
}

} // namespace sluice
