// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/service_tables.h"

#include "store/gates.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/service_codec.h"

#include "store/sqlite_sql.h"

#include <algorithm>

namespace sluice::sqlite {

namespace {

ServiceTables::Duty read_duty(Row& row)
{
    ServiceTables::Duty duty;
    row.into(duty.task);
    row.into(duty.flags);
    row.into(duty.success_actions);
    row.into(duty.failure_actions);
    row.into(duty.cancel_actions);
    row.into(duty.kind);
    return duty;
}

} // namespace

void SqliteServiceTables::insert_cards(std::span<const CardRow> rows)
{
    Prepared& insert = connection_.prepared(sql::insert_card);
    for (const CardRow& row : rows)
        insert.run(
            row.task, row.run, row.flags, row.success_actions, row.failure_actions,
            row.cancel_actions, row.expected_count, row.scheduled_at, row.deleted_at, row.kind,
            row.name, row.group, row.requester, row.metadata, row.rules, row.gates,
            line_number(row.gates)
        );
}

std::optional<CardRow> SqliteServiceTables::card(TaskId task)
{
    return find(connection_.prepared(sql::card), read_card, task);
}

std::vector<CardRow> SqliteServiceTables::cards(std::span<const TaskId> tasks)
{
    std::vector<CardRow> rows;
    Prepared& select = connection_.prepared(sql::card);
    for (const TaskId task : tasks)
        collect_into(rows, select, read_card, task);
    return rows;
}

void SqliteServiceTables::update_card(const CardRow& row)
{
    connection_.prepared(sql::update_card)
        .run(row.expected_count, row.scheduled_at, row.deleted_at, row.metadata, row.task);
}

void SqliteServiceTables::set_priority(TaskId task, int nprio)
{
    connection_.prepared(sql::set_priority).run(nprio, task);
    connection_.prepared(sql::set_lease_priority).run(nprio, task);
}

std::vector<ServiceTables::Duty> SqliteServiceTables::duties(std::span<const TaskId> tasks)
{
    std::vector<Duty> found;
    Prepared& select = connection_.prepared(sql::duty);
    for (const TaskId task : tasks)
        collect_into(found, select, read_duty, task);
    return found;
}

std::vector<TaskId> SqliteServiceTables::report(std::span<const Report> reports)
{
    std::vector<TaskId> known;
    Prepared& insert = connection_.prepared(sql::report);
    for (const Report& report : reports)
        collect_into(
            known, insert, read_value<TaskId>, report.at, report.success, report.failures,
            report.failure_reason, report.cancel_actions, report.cancel_actions_count, report.task
        );
    return known;
}

void SqliteServiceTables::begin_anew(std::span<const TaskId> tasks, Time now)
{
    Prepared& insert = connection_.prepared(sql::begin_anew);
    for (const TaskId task : tasks)
        insert.run(now, task);
}

std::vector<ProgressRow> SqliteServiceTables::progress(std::span<const TaskId> tasks)
{
    std::vector<ProgressRow> rows;
    Prepared& select = connection_.prepared(sql::progress);
    for (const TaskId task : tasks)
        collect_into(rows, select, read_progress, task);
    return rows;
}

} // namespace sluice::sqlite
