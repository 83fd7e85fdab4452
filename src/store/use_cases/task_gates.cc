// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/task_gates.h"

#include "model/task/match_key.h"
#include "store/definition_tables.h"
#include "store/gates.h"
#include "store/use_cases/signatures.h"

#include <map>

namespace sluice {

namespace {

// No task passes it: what the rule asks of its own task is missing.
Gate closed_gate(CounterKey counter)
{
    return {std::move(counter), -1};
}

Gate gate_of(WriteContext& context, const TaskRule& rule, const CardRow& card, const Json& metadata)
{
    SignatureRow like;
    like.use = rule.type == TaskRule::Type::capacity ? MatchUse::sum : MatchUse::count;
    like.status = rule.matcher.status;
    like.kind = rule.matcher.kind;
    like.fields = match_fields(rule.matcher.fields);
    const std::optional<MatchKey> key = match_key(like.fields, metadata);
    if (!key)
        return closed_gate({});
    CounterKey counter = counter_of(context, like, *key);
    if (rule.type == TaskRule::Type::capacity && !card.expected_count)
        return closed_gate(std::move(counter));
    return {std::move(counter), rule.maximum};
}

template <class Row>
void set_queues(std::vector<Row>& rows, const std::map<TaskId, QueueId>& queues)
{
    for (Row& row : rows)
        row.queue = queues.at(row.task);
}

} // namespace

std::optional<std::string> gates_of(WriteContext& context, const CardRow& card)
{
    if (!card.rules)
        return std::nullopt;
    const Json metadata = parse_metadata(card.metadata);
    std::vector<Gate> gates;
    for (const TaskRule& rule : rules_in(*card.rules)) {
        const StoredRule* stored = rule.stored ? stored_rule(context, *rule.stored) : nullptr;
        if (rule.stored && !stored)
            gates.push_back(closed_gate({})); // it was deleted while the task was final
        else
            gates.push_back(gate_of(context, stored ? stored->rule : rule, card, metadata));
    }
    std::string text = format_gates(std::move(gates));
    return text.empty() ? std::nullopt : std::optional(std::move(text));
}

void set_gates(WriteContext& context, std::span<CardRow> cards)
{
    std::map<TaskId, bool> is_ruled;
    std::vector<TaskId> ids;
    for (CardRow& card : cards) {
        card.gates = gates_of(context, card);
        is_ruled[card.task] = card.gates.has_value();
        ids.push_back(card.task);
    }
    sort_unique(ids);
    std::map<TaskId, QueueId> queues;
    std::vector<RuleTables::TaskQueue> rows;
    for (const TaskRow& task : context.tables.tasks(ids)) {
        const QueueId queue =
            context.board.beside(context.tables, task.queue, is_ruled.at(task.id));
        queues.emplace(task.id, queue);
        rows.push_back({task.id, queue});
    }
    // In the order in which tasks move.
    const Tables::Selection all{nullptr, ids};
    std::vector<Place> pending = context.tables.take_timers(all);
    for (const Place& place : context.take_ready(all))
        pending.push_back(place);
    std::vector<Place> held = context.tables.take_held(all);
    std::vector<NeedRow> needs = context.tables.take_needs(all);
    context.tables.rules().set_gates(cards);
    context.tables.definitions().delete_uses(ids);
    record_uses(context, cards);
    context.tables.rules().set_queues(rows); // after the places were taken: found through them
    set_queues(pending, queues);
    set_queues(held, queues);
    set_queues(needs, queues);
    if (!held.empty())
        context.tables.insert_held(held);
    if (!needs.empty())
        context.tables.insert_needs(needs);
    context.make_pending(std::move(pending), TaskState::pending);
}

} // namespace sluice
