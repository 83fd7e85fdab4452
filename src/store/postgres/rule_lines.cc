// SPDX-License-Identifier: Apache-2.0
// rules.sql: the lines of tasks with rules, and changes of rules.
#include "store/gates.h"
#include "store/postgres/codec.h"
#include "store/postgres/rule_tables.h"
#include "store/postgres/service_codec.h"
#include "store/postgres_sql.h"

#include <algorithm>
#include <functional>

namespace sluice::postgres {

namespace {

GatedRow read_gated(Row& row)
{
    GatedRow gated;
    row.into(gated.line.queue, gated.line.gates, gated.nprio, gated.task);
    return gated;
}

RuleTables::Waiting read_waiting(Row& row)
{
    RuleTables::Waiting waiting;
    std::int32_t flags = 0;
    waiting.row = read_gated(row);
    row.into(waiting.subject.kind, waiting.subject.metadata, waiting.subject.left);
    row.into(waiting.gates, flags);
    waiting.subject.task = waiting.row.task;
    waiting.flags = static_cast<std::uint8_t>(flags);
    return waiting;
}

} // namespace

std::vector<GatedRow> PostgresRuleTables::insert_gated(std::span<const TaskId> tasks)
{
    Params params;
    params.array(tasks, std::identity());
    return connection_.query(sql::insert_gated, params).all(read_gated);
}

void PostgresRuleTables::delete_gated(std::span<const TaskId> tasks)
{
    Params params;
    params.array(tasks, std::identity());
    connection_.queue(sql::delete_gated, params);
}

std::vector<GatedRow> PostgresRuleTables::line_heads()
{
    return connection_.query(sql::line_heads).all(read_gated);
}

std::vector<RuleTables::Waiting>
PostgresRuleTables::waiting(std::span<const GatedRow> from, std::size_t limit)
{
    Params params;
    params.array(from, [](const GatedRow& row) { return row.line.queue; });
    params.array(from, [](const GatedRow& row) { return row.line.gates; });
    params.array(from, [](const GatedRow& row) { return static_cast<std::int16_t>(row.nprio); });
    params.array(from, &GatedRow::task).add(static_cast<std::int64_t>(limit));
    return connection_.query(sql::waiting, params).all(read_waiting);
}

std::vector<Place> PostgresRuleTables::take_waiting(std::span<const TaskId> tasks)
{
    Params params;
    params.array(tasks, std::identity());
    return connection_.query(sql::take_waiting, params).all(read_place);
}

std::vector<CardRow>
PostgresRuleTables::cards_of_run(RunId run, TaskId first, TaskId last, const std::string& kind)
{
    Params params;
    params.add(first).add(last).add(run).add(Text{"kind", kind});
    return connection_.query(sql::cards_of_run, params).all(read_card);
}

void PostgresRuleTables::set_gates(std::span<const CardRow> cards)
{
    Params params;
    params.array(cards, &CardRow::task);
    params.texts("rules", cards, card_text(&CardRow::rules), Params::Empty::is_null);
    params.texts("gates", cards, card_text(&CardRow::gates), Params::Empty::is_null);
    params.array(cards, [](const CardRow& card) { return line_number(card.gates); });
    connection_.queue(sql::set_gates, params);
}

void PostgresRuleTables::set_queues(std::span<const TaskQueue> queues)
{
    Params params;
    params.array(queues, &TaskQueue::task).array(queues, &TaskQueue::queue);
    connection_.queue(sql::set_queues, params);
}

} // namespace sluice::postgres
