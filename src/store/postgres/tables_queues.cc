// SPDX-License-Identifier: Apache-2.0
// queues.sql
#include "store/postgres/codec.h"
#include "store/postgres/tables.h"
#include "store/postgres_sql.h"

namespace sluice::postgres {

std::vector<QueueRow> PostgresTables::queues()
{
    return connection_.query(sql::queues).all(read_queue);
}

std::vector<Tables::QueueMark> PostgresTables::queue_heads()
{
    return connection_.query(sql::queue_heads).all(read_mark);
}

void PostgresTables::insert_queue(const QueueRow& row)
{
    Params params;
    params.add(row.id).add(Text{"queue.name", row.name}).add(row.run).add(row.open).add(row.ruled);
    connection_.queue(sql::insert_queue, params);
}

QueueId PostgresTables::ensure_shared_queue(const QueueRow& row)
{
    Params params;
    params.add(row.id).add(Text{"queue.name", row.name}).add(row.open).add(row.ruled);
    return connection_.query(sql::ensure_shared_queue, params).value<QueueId>().value_or(row.id);
}

void PostgresTables::set_queues_open(RunId run, bool open)
{
    Params params;
    params.add(open).add(run);
    connection_.queue(sql::set_queues_open, params);
}

void PostgresTables::delete_queues(RunId run)
{
    Params params;
    params.add(run);
    connection_.queue(sql::delete_queues, params);
}

} // namespace sluice::postgres
