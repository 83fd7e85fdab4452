// SPDX-License-Identifier: Apache-2.0
// The deliveries of service.sql.
#include "store/sqlite/collect.h"
#include "store/sqlite/service_codec.h"
#include "store/sqlite/service_tables.h"

#include "store/sqlite_sql.h"

#include <algorithm>
#include <utility>

namespace sluice::sqlite {

namespace {

OwedDelivery read_owed(Row& row)
{
    OwedDelivery owed;
    owed.row = read_delivery(row);
    row.into(owed.payload);
    row.into(owed.metadata);
    row.into(owed.cancel_actions);
    row.into(owed.run_created_at);
    return owed;
}

using Taken = std::pair<Time, DeliveryId>;

Taken read_taken(Row& row)
{
    Taken taken;
    row.into(taken.first);
    row.into(taken.second);
    return taken;
}

} // namespace

void SqliteServiceTables::insert_deliveries(std::span<const DeliveryRow> rows)
{
    Prepared& insert = connection_.prepared(sql::insert_delivery);
    for (const DeliveryRow& row : rows)
        insert.run(
            row.id, row.run, row.task, row.next, row.created_at, row.updated_at, row.attempt,
            row.position, row.tries, row.answered, row.trigger, row.status, row.reason, row.answer,
            row.action, row.key
        );
}

void SqliteServiceTables::insert_owed(std::span<const Owed> rows)
{
    Prepared& insert = connection_.prepared(sql::insert_owed);
    for (const Owed& row : rows)
        insert.run(row.delivery, row.due);
}

std::vector<OwedDelivery>
SqliteServiceTables::take_owed(WorkerId worker, Time now, std::size_t limit)
{
    std::vector<Taken> taken =
        collect(connection_.prepared(sql::take_owed), read_taken, worker, now, limit);
    std::ranges::sort(taken);
    std::vector<OwedDelivery> owed;
    Prepared& select = connection_.prepared(sql::owed_delivery);
    for (const auto& [due, id] : taken)
        collect_into(owed, select, read_owed, id);
    return owed;
}

std::vector<DeliveryRow>
SqliteServiceTables::deliveries_sent_by(WorkerId worker, std::span<const DeliveryId> ids)
{
    std::vector<DeliveryRow> rows;
    Prepared& select = connection_.prepared(sql::delivery_sent_by);
    for (const DeliveryId id : ids)
        collect_into(rows, select, read_delivery, id, worker);
    return rows;
}

std::vector<DeliveryRow> SqliteServiceTables::deliveries(std::span<const DeliveryId> ids)
{
    std::vector<DeliveryRow> rows;
    Prepared& select = connection_.prepared(sql::delivery);
    for (const DeliveryId id : ids)
        collect_into(rows, select, read_delivery, id);
    return rows;
}

std::vector<std::string> SqliteServiceTables::follow_up_keys(TaskId task)
{
    return collect(connection_.prepared(sql::follow_up_keys), read_value<std::string>, task);
}

void SqliteServiceTables::update_deliveries(std::span<const DeliveryRow> rows)
{
    Prepared& update = connection_.prepared(sql::update_delivery);
    for (const DeliveryRow& row : rows)
        update.run(
            row.status, row.tries, row.next, row.updated_at, row.answered, row.reason, row.answer,
            row.id
        );
}

void SqliteServiceTables::owe_again(std::span<const Owed> rows)
{
    Prepared& update = connection_.prepared(sql::owe_again);
    for (const Owed& row : rows)
        update.run(row.due, row.delivery);
}

void SqliteServiceTables::delete_owed(std::span<const DeliveryId> ids)
{
    Prepared& remove = connection_.prepared(sql::delete_owed);
    for (const DeliveryId id : ids)
        remove.run(id);
}

std::size_t SqliteServiceTables::rescue_owed(Time before)
{
    return collect(connection_.prepared(sql::rescue_owed), read_value<DeliveryId>, before).size();
}

} // namespace sluice::sqlite
