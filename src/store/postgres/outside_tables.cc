// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/outside_tables.h"

#include "store/postgres/codec.h"
#include "store/postgres_sql.h"

#include <functional>

namespace sluice::postgres {

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
    row.into(settlement.run, settlement.outcome, settlement.parent_created_at);
    return settlement;
}

// A member of the link of each row.
template <class Row, class Member>
auto of_link(Member LinkRow::*member)
{
    return [member](const Row& row) { return row.link.*member; };
}

} // namespace

void PostgresOutsideTables::insert_outside_links(std::span<const OutsideLink> rows)
{
    Params params;
    params.array(rows, of_link<OutsideLink>(&LinkRow::parent));
    params.array(rows, of_link<OutsideLink>(&LinkRow::child)).array(rows, &OutsideLink::run);
    params.array(rows, of_link<OutsideLink>(&LinkRow::condition));
    params.array(rows, of_link<OutsideLink>(&LinkRow::unmet));
    connection_.queue(sql::insert_outside_links, params);
}

std::vector<OutsideLink> PostgresOutsideTables::take_outside_links(std::span<const TaskId> parents)
{
    Params params;
    params.array(parents, std::identity());
    return connection_.query(sql::take_outside_links, params).all(read_outside_link);
}

std::vector<TaskId> PostgresOutsideTables::parents_outside(std::span<const TaskId> parents)
{
    Params params;
    params.array(parents, std::identity());
    return connection_.query(sql::parents_outside, params).column<TaskId>();
}

std::vector<TaskId> PostgresOutsideTables::children_outside(std::span<const TaskId> children)
{
    Params params;
    params.array(children, std::identity());
    return connection_.query(sql::children_outside, params).column<TaskId>();
}

void PostgresOutsideTables::insert_settlements(std::span<const Settlement> rows)
{
    Params params;
    params.array(rows, &Settlement::run).array(rows, of_link<Settlement>(&LinkRow::child));
    params.array(rows, of_link<Settlement>(&LinkRow::parent));
    params.array(rows, of_link<Settlement>(&LinkRow::condition));
    params.array(rows, of_link<Settlement>(&LinkRow::unmet)).array(rows, &Settlement::outcome);
    params.array(rows, &Settlement::parent_created_at);
    connection_.queue(sql::insert_settlements, params);
}

std::vector<RunId> PostgresOutsideTables::unsettled_runs(std::size_t limit)
{
    Params params;
    params.add(static_cast<std::int64_t>(limit));
    return connection_.query(sql::unsettled_runs, params).column<RunId>();
}

std::vector<Settlement> PostgresOutsideTables::take_settlements(RunId run)
{
    Params params;
    params.add(run);
    return connection_.query(sql::take_settlements, params).all(read_settlement);
}

void PostgresOutsideTables::forget_settlements(RunId run, std::span<const TaskId> children)
{
    Params params;
    params.add(run).array(children, std::identity());
    connection_.queue(sql::forget_settlements, params);
}

void PostgresOutsideTables::insert_change(Time now, const std::string& moves)
{
    Params params;
    params.add(now).add(Text{"change.moves", moves});
    connection_.queue(sql::insert_change, params);
}

void PostgresOutsideTables::delete_changes(Time before, std::size_t limit)
{
    Params params;
    params.add(static_cast<std::int64_t>(limit)).add(before);
    connection_.queue(sql::delete_changes, params);
}

} // namespace sluice::postgres
