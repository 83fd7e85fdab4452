// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/codec.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/tables.h"

#include "store/sqlite_sql.h"

namespace sluice::sqlite {

std::vector<QueueRow> SqliteTables::queues()
{
    return collect(connection_.prepared(sql::queues), read_queue);
}

std::vector<Tables::QueueMark> SqliteTables::queue_heads()
{
    return collect(connection_.prepared(sql::queue_heads), read_mark);
}

void SqliteTables::insert_queue(const QueueRow& row)
{
    connection_.prepared(sql::insert_queue).run(row.id, row.name, row.run, row.open, row.ruled);
}

QueueId SqliteTables::ensure_shared_queue(const QueueRow& row)
{
    Prepared& find_shared = connection_.prepared(sql::find_shared_queue);
    if (const auto found = find(find_shared, read_value<QueueId>, row.name, row.ruled))
        return *found;
    insert_queue(row);
    return row.id;
}

void SqliteTables::set_queues_open(RunId run, bool open)
{
    connection_.prepared(sql::set_queues_open).run(open, run);
}

void SqliteTables::delete_queues(RunId run)
{
    connection_.prepared(sql::delete_queues).run(run);
}

} // namespace sluice::sqlite
