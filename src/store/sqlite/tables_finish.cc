// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/codec.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/tables.h"

#include "store/sqlite_sql.h"

namespace sluice::sqlite {

// Reading and then deleting costs half of DELETE … RETURNING, which fills a table of its own.
std::vector<LeaseRow> SqliteTables::take_leases(std::span<const LeaseKey> keys)
{
    std::vector<LeaseRow> rows;
    rows.reserve(keys.size());
    Prepared& select = connection_.prepared(sql::fenced_lease);
    for (const LeaseKey& key : keys)
        collect_into(rows, select, read_lease, key.task, key.attempt, key.worker);
    Prepared& remove = connection_.prepared(sql::delete_lease);
    for (const LeaseRow& row : rows)
        remove.run(row.place.task);
    return rows;
}

void SqliteTables::update_leases(std::span<const LeaseRow> rows)
{
    Prepared& update = connection_.prepared(sql::update_lease);
    for (const LeaseRow& row : rows)
        update.run(
            row.owner, row.started_at, row.expires_at, row.paused_left, row.deferred_left,
            row.place.task, row.place.attempt
        );
}

void SqliteTables::insert_done(std::span<const DoneRow> rows)
{
    Prepared& insert = connection_.prepared(sql::insert_done);
    for (const DoneRow& row : rows)
        insert.run(
            row.task, row.run, row.outcome, row.attempt, row.tries, row.worker, row.claimed_at,
            row.started_at, row.finished_at, row.result, row.error
        );
}

void SqliteTables::insert_attempts(std::span<const AttemptRow> rows)
{
    Prepared& insert = connection_.prepared(sql::insert_attempt);
    for (const AttemptRow& row : rows)
        insert.run(
            row.task, row.attempt, row.end, row.worker, row.claimed_at, row.started_at,
            row.finished_at, row.error
        );
}

std::vector<DoneRow> SqliteTables::done(std::span<const TaskId> ids)
{
    std::vector<DoneRow> rows;
    Prepared& select = connection_.prepared(sql::done);
    for (const TaskId id : ids)
        collect_into(rows, select, read_done, id);
    return rows;
}

std::vector<DoneRow> SqliteTables::take_done(std::span<const TaskId> ids)
{
    std::vector<DoneRow> rows;
    Prepared& take = connection_.prepared(sql::take_done);
    for (const TaskId id : ids)
        collect_into(rows, take, read_done, id);
    return rows;
}

} // namespace sluice::sqlite
