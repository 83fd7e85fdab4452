// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/cluster_tables.h"

#include "store/sqlite/cluster_codec.h"
#include "store/sqlite/codec.h"
#include "store/sqlite/collect.h"

#include "store/sqlite_sql.h"

namespace sluice::sqlite {

void SqliteClusterTables::insert_jobs(std::span<const ClusterJobRow> rows)
{
    Prepared& insert = connection_.prepared(sql::insert_cluster_job);
    for (const ClusterJobRow& row : rows)
        insert.run(row.run, row.name_space);
}

std::vector<LedJob> SqliteClusterTables::take_jobs(
    WorkerId worker, const std::string& name_space, Time before, std::size_t limit
)
{
    Prepared& find_free = connection_.prepared(sql::free_cluster_jobs);
    const std::vector<RunId> free =
        collect(find_free, read_value<RunId>, name_space, before, limit);
    std::vector<LedJob> taken;
    Prepared& lead = connection_.prepared(sql::lead_cluster_job);
    Prepared& select = connection_.prepared(sql::read_led_job);
    for (const RunId run : free) {
        lead.run(worker, run);
        collect_into(taken, select, read_led_job, run);
    }
    return taken;
}

std::size_t SqliteClusterTables::release_jobs(Time before)
{
    return collect(connection_.prepared(sql::release_cluster_jobs), read_value<RunId>, before)
        .size();
}

std::optional<ClusterJobRow> SqliteClusterTables::lock_job(RunId run)
{
    return find(connection_.prepared(sql::read_cluster_job), read_cluster_job, run);
}

void SqliteClusterTables::update_job(const ClusterJobRow& row)
{
    connection_.prepared(sql::update_cluster_job)
        .run(
            row.leader, row.phase, row.uid, row.created_at, row.trouble, row.trouble_since,
            row.pods, row.run
        );
}

void SqliteClusterTables::delete_of_run(RunId run)
{
    connection_.prepared(sql::delete_run_leaves).run(run);
    connection_.prepared(sql::delete_cluster_job).run(run);
}

void SqliteClusterTables::put_leave(const UploadLeave& leave)
{
    connection_.prepared(sql::put_leave).run(leave.task, leave.run, leave.attempt, leave.until);
}

std::vector<UploadLeave> SqliteClusterTables::leaves(std::span<const TaskId> tasks)
{
    std::vector<UploadLeave> found;
    Prepared& select = connection_.prepared(sql::leave);
    for (const TaskId task : tasks)
        collect_into(found, select, read_upload_leave, task);
    return found;
}

void SqliteClusterTables::delete_leaves(std::span<const UploadLeave> leaves)
{
    Prepared& remove = connection_.prepared(sql::delete_leave);
    for (const UploadLeave& leave : leaves)
        remove.run(leave.task, leave.attempt);
}

void SqliteClusterTables::end_leaves_of(WorkerId worker)
{
    connection_.prepared(sql::end_leaves_of).run(worker);
}

void SqliteClusterTables::forget_leaves(Time before)
{
    connection_.prepared(sql::forget_leaves).run(before);
}

std::vector<LeaseRow> SqliteClusterTables::leases_of_name(RunId run, const std::string& worker_name)
{
    return collect(connection_.prepared(sql::leases_of_name), read_lease, worker_name, run);
}

} // namespace sluice::sqlite
