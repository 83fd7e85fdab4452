// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/codec.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/tables.h"

#include "store/sqlite_sql.h"

namespace sluice::sqlite {

void SqliteTables::insert_worker(const WorkerRow& row)
{
    connection_.prepared(sql::insert_worker)
        .run(
            row.id, row.name, row.host, row.process, row.attached, row.registered_at, row.until,
            row.address
        );
}

void SqliteTables::delete_worker(WorkerId worker)
{
    connection_.prepared(sql::delete_worker).run(worker);
}

std::vector<WorkerRow> SqliteTables::workers()
{
    return collect(connection_.prepared(sql::workers), read_worker);
}

std::vector<WorkerId> SqliteTables::set_workers_until(std::span<const Extension> extensions)
{
    std::vector<WorkerId> found;
    Prepared& set = connection_.prepared(sql::set_worker_until);
    for (const Extension& one : extensions)
        collect_into(found, set, read_value<WorkerId>, one.until, one.worker);
    return found;
}

std::vector<WorkerId> SqliteTables::describe_workers(std::span<const Description> descriptions)
{
    std::vector<WorkerId> found;
    Prepared& describe = connection_.prepared(sql::describe_worker);
    for (const Description& one : descriptions)
        collect_into(found, describe, read_value<WorkerId>, one.serves, one.load, one.worker);
    return found;
}

std::vector<Tables::LeaseKey> SqliteTables::leases_held(std::span<const LeaseKey> among)
{
    std::vector<LeaseKey> found;
    Prepared& held = connection_.prepared(sql::lease_held);
    for (const LeaseKey& key : among)
        held.rows([&](Row&) { found.push_back(key); }, key.task, key.attempt, key.worker);
    return found;
}

void SqliteTables::shift_leases(Micros jump)
{
    connection_.prepared(sql::shift_leases).run(jump);
    connection_.prepared(sql::shift_workers).run(jump);
    connection_.prepared(sql::shift_runs).run(jump);
    connection_.prepared(sql::shift_leaves).run(jump);
    connection_.prepared(sql::shift_doomed).run(jump);
}

Micros SqliteTables::clock_jumps()
{
    return lock_clock(); // a writer is alone anyway
}

Micros SqliteTables::lock_clock()
{
    return find(connection_.prepared(sql::lock_clock), read_value<Micros>).value_or(Micros{0});
}

void SqliteTables::update_clock(Micros jumps)
{
    connection_.prepared(sql::update_clock).run(jumps);
}

} // namespace sluice::sqlite
