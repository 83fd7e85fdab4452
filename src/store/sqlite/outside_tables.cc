// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/outside_tables.h"

#include "store/sqlite/codec.h"
#include "store/sqlite/collect.h"

#include "store/sqlite_sql.h"

namespace sluice::sqlite {

namespace {

OutsideLink read_outside_link(Row& row)
{
    OutsideLink outside;
    outside.link = read_link(row);
    row.into(outside.run);
    return outside;
}

Settlement read_settlement(Row& row)
{
    Settlement settlement;
    settlement.link = read_link(row);
    row.into(settlement.run);
    row.into(settlement.outcome);
    row.into(settlement.parent_created_at);
    return settlement;
}

} // namespace

void SqliteOutsideTables::insert_outside_links(std::span<const OutsideLink> rows)
{
    Prepared& insert = connection_.prepared(sql::insert_outside_link);
    for (const OutsideLink& row : rows)
        insert.run(row.link.parent, row.link.child, row.run, row.link.condition, row.link.unmet);
}

std::vector<OutsideLink> SqliteOutsideTables::take_outside_links(std::span<const TaskId> parents)
{
    std::vector<OutsideLink> taken;
    Prepared& take = connection_.prepared(sql::take_outside_links);
    for (const TaskId parent : parents)
        collect_into(taken, take, read_outside_link, parent);
    return taken;
}

std::vector<TaskId> SqliteOutsideTables::parents_outside(std::span<const TaskId> parents)
{
    std::vector<TaskId> found;
    Prepared& select = connection_.prepared(sql::parent_outside);
    for (const TaskId parent : parents)
        collect_into(found, select, read_value<TaskId>, parent);
    return found;
}

std::vector<TaskId> SqliteOutsideTables::children_outside(std::span<const TaskId> children)
{
    std::vector<TaskId> found;
    Prepared& select = connection_.prepared(sql::child_outside);
    for (const TaskId child : children)
        collect_into(found, select, read_value<TaskId>, child);
    return found;
}

void SqliteOutsideTables::insert_settlements(std::span<const Settlement> rows)
{
    Prepared& insert = connection_.prepared(sql::insert_settlement);
    for (const Settlement& row : rows)
        insert.run(
            row.run, row.link.child, row.link.parent, row.link.condition, row.link.unmet,
            row.outcome, row.parent_created_at
        );
}

std::vector<RunId> SqliteOutsideTables::unsettled_runs(std::size_t limit)
{
    return collect(connection_.prepared(sql::unsettled_runs), read_value<RunId>, limit);
}

std::vector<Settlement> SqliteOutsideTables::take_settlements(RunId run)
{
    return collect(connection_.prepared(sql::take_settlements), read_settlement, run);
}

void SqliteOutsideTables::forget_settlements(RunId run, std::span<const TaskId> children)
{
    Prepared& forget = connection_.prepared(sql::forget_settlements);
    for (const TaskId child : children)
        forget.run(run, child);
}

void SqliteOutsideTables::insert_change(Time now, const std::string& moves)
{
    connection_.prepared(sql::insert_change).run(now, moves);
}

void SqliteOutsideTables::delete_changes(Time before, std::size_t limit)
{
    connection_.prepared(sql::delete_changes).run(limit, before);
}

} // namespace sluice::sqlite
