// SPDX-License-Identifier: Apache-2.0
// The deliveries of service.sql.
#include "store/postgres/service_codec.h"
#include "store/postgres/service_tables.h"
#include "store/postgres/tables.h"
#include "store/postgres_sql.h"

#include <functional>

namespace sluice::postgres {

namespace {

OwedDelivery read_owed(Row& row)
{
    OwedDelivery owed;
    owed.row = read_delivery(row);
    row.into(owed.payload, owed.metadata, owed.cancel_actions, owed.run_created_at);
    return owed;
}

} // namespace

void PostgresServiceTables::insert_deliveries(std::span<const DeliveryRow> rows)
{
    Params params;
    params.array(rows, &DeliveryRow::id).array(rows, &DeliveryRow::run);
    params.array(rows, &DeliveryRow::task).array(rows, &DeliveryRow::next);
    params.array(rows, &DeliveryRow::created_at).array(rows, &DeliveryRow::updated_at);
    params.array(rows, &DeliveryRow::attempt).array(rows, &DeliveryRow::position);
    params.array(rows, &DeliveryRow::tries).array(rows, &DeliveryRow::answered);
    params.array(rows, &DeliveryRow::trigger).array(rows, &DeliveryRow::status);
    params.texts("delivery.reason", rows, &DeliveryRow::reason);
    params.texts("delivery.answer", rows, &DeliveryRow::answer);
    params.texts("delivery.action", rows, &DeliveryRow::action);
    params.texts("delivery.idempotency_key", rows, &DeliveryRow::key);
    connection_.queue(sql::insert_deliveries, params);
}

void PostgresServiceTables::insert_owed(std::span<const Owed> rows)
{
    Params params;
    params.array(rows, &Owed::delivery).array(rows, &Owed::due);
    connection_.queue(sql::insert_owed, params);
}

std::vector<OwedDelivery>
PostgresServiceTables::take_owed(WorkerId worker, Time now, std::size_t limit)
{
    Params params;
    params.add(now).add(limit_of(limit)).add(worker);
    return connection_.query(sql::take_owed, params).all(read_owed);
}

std::vector<DeliveryRow>
PostgresServiceTables::deliveries_sent_by(WorkerId worker, std::span<const DeliveryId> ids)
{
    Params params;
    params.array(ids, std::identity()).add(worker);
    return connection_.query(sql::deliveries_sent_by, params).all(read_delivery);
}

std::vector<DeliveryRow> PostgresServiceTables::deliveries(std::span<const DeliveryId> ids)
{
    Params params;
    params.array(ids, std::identity());
    return connection_.query(sql::deliveries, params).all(read_delivery);
}

std::vector<std::string> PostgresServiceTables::follow_up_keys(TaskId task)
{
    Params params;
    params.add(task);
    return connection_.query(sql::follow_up_keys, params).column<std::string>();
}

void PostgresServiceTables::update_deliveries(std::span<const DeliveryRow> rows)
{
    Params params;
    params.array(rows, &DeliveryRow::id).array(rows, &DeliveryRow::status);
    params.array(rows, &DeliveryRow::tries).array(rows, &DeliveryRow::next);
    params.array(rows, &DeliveryRow::updated_at).array(rows, &DeliveryRow::answered);
    params.texts("delivery.reason", rows, &DeliveryRow::reason);
    params.texts("delivery.answer", rows, &DeliveryRow::answer);
    connection_.queue(sql::update_deliveries, params);
}

void PostgresServiceTables::owe_again(std::span<const Owed> rows)
{
    Params params;
    params.array(rows, &Owed::delivery).array(rows, &Owed::due);
    connection_.queue(sql::owe_again, params);
}

void PostgresServiceTables::delete_owed(std::span<const DeliveryId> ids)
{
    Params params;
    params.array(ids, std::identity());
    connection_.queue(sql::delete_owed, params);
}

std::size_t PostgresServiceTables::rescue_owed(Time before)
{
    Params params;
    params.add(before);
    return connection_.query(sql::rescue_owed, params).column<DeliveryId>().size();
}

} // namespace sluice::postgres
