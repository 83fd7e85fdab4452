// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/service_codec.h"
#include "store/postgres/service_reads.h"
#include "store/postgres/tables.h"

#include "store/postgres_sql.h"

#include <limits>

namespace sluice::postgres {

namespace {

ServiceReads::DeliveryView read_delivery_view(Row& row)
{
    ServiceReads::DeliveryView view;
    view.row = read_delivery(row);
    row.into(view.due, view.run_created_at);
    return view;
}

} // namespace

std::optional<ServiceReads::DeliveryView> PostgresServiceReads::delivery(DeliveryId id)
{
    Params params;
    params.add(id);
    return connection_.query(sql::view_delivery, params).first(read_delivery_view);
}

// By the index that holds the fewest.
std::vector<ServiceReads::DeliveryView>
PostgresServiceReads::deliveries(const DeliveryFilter& filter)
{
    constexpr DeliveryId newest{std::numeric_limits<std::int64_t>::max()};
    const bool are_dead = filter.status == DeliveryStatus::dead;
    const Statement& list = filter.task ? sql::list_deliveries_of_task
                            : are_dead  ? sql::list_dead_deliveries
                                        : sql::list_deliveries;
    Params params;
    params.add(filter.before ? filter.before : newest);
    if (filter.task)
        params.add(*filter.task);
    if (filter.task || !are_dead)
        params.add(filter.status);
    params.add(filter.run).add(filter.trigger).add(limit_of(filter.limit));
    return connection_.query(list, params).all(read_delivery_view);
}

std::optional<Time> PostgresServiceReads::next_owed()
{
    return connection_.query(sql::next_owed).value<std::optional<Time>>().value_or(std::nullopt);
}

} // namespace sluice::postgres
