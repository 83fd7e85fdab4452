// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/collect.h"
#include "store/sqlite/service_codec.h"
#include "store/sqlite/service_reads.h"
#include "store/sqlite/service_reads_newest.h"

#include "store/sqlite_sql.h"

#include <algorithm>

namespace sluice::sqlite {

namespace {

using DeliveryFilter = ServiceReads::DeliveryFilter;
using DeliveryView = ServiceReads::DeliveryView;

DeliveryView read_delivery_view(Row& row)
{
    DeliveryView view;
    view.row = read_delivery(row);
    row.into(view.due);
    row.into(view.run_created_at);
    return view;
}

std::optional<DeliveryView> load_delivery(Connection& connection, std::int64_t id)
{
    return find(connection.prepared(sql::view_delivery), read_delivery_view, id);
}

bool is_asked_for(const DeliveryRow& row, const DeliveryFilter& filter)
{
    return (!filter.status || row.status == *filter.status) &&
           (!filter.task || row.task == *filter.task) && (!filter.run || row.run == *filter.run) &&
           (!filter.trigger || row.trigger == *filter.trigger);
}

// From the index that holds the fewest.
NewestRows rows_of(Pieces& pieces, const DeliveryFilter& filter)
{
    return NewestRows(
        pieces,
        [&pieces, &filter](std::vector<SeenRow>& seen, std::int64_t upto, std::size_t limit) {
            const auto add = [&](Row& row) { seen.push_back(read_seen(row)); };
            if (filter.task)
                pieces.prepared(sql::list_deliveries_of_task)
                    .rows(add, filter.status, filter.run, filter.trigger, filter.task, upto, limit);
            else if (filter.status == DeliveryStatus::dead)
                pieces.prepared(sql::list_dead_deliveries)
                    .rows(add, filter.run, filter.trigger, upto, limit);
            else
                pieces.prepared(sql::list_deliveries)
                    .rows(add, filter.status, filter.run, filter.trigger, upto, limit);
            return seen.size();
        }
    );
}

} // namespace

std::optional<DeliveryView> SqliteServiceReads::delivery(DeliveryId id)
{
    const Snapshot snapshot(connection_, gate_);
    return load_delivery(connection_, id.value);
}

std::vector<DeliveryView> SqliteServiceReads::deliveries(const DeliveryFilter& filter)
{
    std::vector<DeliveryView> views;
    Pieces pieces(connection_, gate_);
    const auto newest = find(pieces.prepared(sql::newest_delivery), read_value<DeliveryId>);
    if (!newest)
        return views;
    std::int64_t upto = newest->value;
    if (filter.before)
        upto = std::min(upto, filter.before.value - 1);
    NewestRows rows = rows_of(pieces, filter);
    while (views.size() < filter.limit) {
        const std::optional<SeenRow> found = rows.find(upto, 1);
        if (!found)
            break;
        upto = found->id - 1;
        std::optional<DeliveryView> view = load_delivery(connection_, found->id);
        if (view && is_asked_for(view->row, filter)) // it may have moved since it was found
            views.push_back(std::move(*view));
    }
    return views;
}

std::optional<Time> SqliteServiceReads::next_owed()
{
    const Snapshot snapshot(connection_, gate_);
    return find(connection_.prepared(sql::next_owed), read_value<std::optional<Time>>)
        .value_or(std::nullopt);
}

} // namespace sluice::sqlite
