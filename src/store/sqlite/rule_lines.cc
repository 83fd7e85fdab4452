// SPDX-License-Identifier: Apache-2.0
// rules.sql: the lines of tasks with rules, and changes of rules.
#include "store/gates.h"
#include "store/sqlite/codec.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/rule_tables.h"
#include "store/sqlite/service_codec.h"

#include "store/sqlite_sql.h"

namespace sluice::sqlite {

namespace {

GatedRow read_gated(Row& row)
{
    GatedRow gated;
    row.into(gated.line.queue);
    row.into(gated.line.gates);
    row.into(gated.nprio);
    row.into(gated.task);
    return gated;
}

RuleTables::Waiting read_waiting(Row& row)
{
    RuleTables::Waiting waiting;
    waiting.row = read_gated(row);
    row.into(waiting.subject.kind);
    row.into(waiting.subject.metadata);
    row.into(waiting.subject.left);
    row.into(waiting.gates);
    row.into(waiting.flags);
    waiting.subject.task = waiting.row.task;
    return waiting;
}

} // namespace

std::vector<GatedRow> SqliteRuleTables::insert_gated(std::span<const TaskId> tasks)
{
    std::vector<GatedRow> rows;
    Prepared& insert = connection_.prepared(sql::insert_gated);
    for (const TaskId task : tasks)
        collect_into(rows, insert, read_gated, task);
    return rows;
}

void SqliteRuleTables::delete_gated(std::span<const TaskId> tasks)
{
    Prepared& remove = connection_.prepared(sql::delete_gated);
    for (const TaskId task : tasks)
        remove.run(task);
}

std::vector<GatedRow> SqliteRuleTables::line_heads()
{
    return collect(connection_.prepared(sql::line_heads), read_gated);
}

std::vector<RuleTables::Waiting>
SqliteRuleTables::waiting(std::span<const GatedRow> from, std::size_t limit)
{
    std::vector<Waiting> rows;
    Prepared& select = connection_.prepared(sql::waiting);
    for (const GatedRow& row : from)
        collect_into(
            rows, select, read_waiting, row.line.queue, row.line.gates, row.nprio, row.task, limit
        );
    return rows;
}

std::vector<Place> SqliteRuleTables::take_waiting(std::span<const TaskId> tasks)
{
    std::vector<Place> places;
    Prepared& take = connection_.prepared(sql::take_waiting);
    for (const TaskId task : tasks)
        collect_into(places, take, read_place, task);
    delete_gated(tasks);
    return places;
}

std::vector<CardRow>
SqliteRuleTables::cards_of_run(RunId run, TaskId first, TaskId last, const std::string& kind)
{
    return collect(connection_.prepared(sql::cards_of_run), read_card, first, last, run, kind);
}

void SqliteRuleTables::set_gates(std::span<const CardRow> cards)
{
    Prepared& update = connection_.prepared(sql::set_gates);
    for (const CardRow& card : cards)
        update.run(card.rules, card.gates, line_number(card.gates), card.task);
}

void SqliteRuleTables::set_queues(std::span<const TaskQueue> queues)
{
    Prepared& task = connection_.prepared(sql::set_queue);
    Prepared& lease = connection_.prepared(sql::set_lease_queue);
    for (const TaskQueue& row : queues) {
        task.run(row.queue, row.task);
        lease.run(row.queue, row.task);
    }
}

} // namespace sluice::sqlite
