// SPDX-License-Identifier: Apache-2.0
// cluster.sql
#include "store/postgres/cluster_tables.h"

#include "store/postgres/cluster_codec.h"
#include "store/postgres/codec.h"
#include "store/postgres/tables.h"
#include "store/postgres_sql.h"

#include <functional>

namespace sluice::postgres {

void PostgresClusterTables::insert_jobs(std::span<const ClusterJobRow> rows)
{
    Params params;
    params.array(rows, &ClusterJobRow::run);
    params.texts("cluster_job.namespace", rows, &ClusterJobRow::name_space);
    connection_.queue(sql::insert_cluster_jobs, params);
}

std::vector<LedJob> PostgresClusterTables::take_jobs(
    WorkerId worker, const std::string& name_space, Time before, std::size_t limit
)
{
    Params params; // in the order of the statement
    params.add(Text{"cluster_job.namespace", name_space}).add(before).add(limit_of(limit));
    params.add(worker);
    return connection_.query(sql::take_cluster_jobs, params).all(read_led_job);
}

std::size_t PostgresClusterTables::release_jobs(Time before)
{
    Params params;
    params.add(before);
    return connection_.query(sql::release_cluster_jobs, params).column<RunId>().size();
}

std::optional<ClusterJobRow> PostgresClusterTables::lock_job(RunId run)
{
    Params params;
    params.add(run);
    return connection_.query(sql::lock_cluster_job, params).first(read_cluster_job);
}

void PostgresClusterTables::update_job(const ClusterJobRow& row)
{
    Params params;
    params.add(row.leader).add(row.phase).add(Text{"cluster_job.uid", row.uid});
    params.add(row.created_at).add(Text{"cluster_job.trouble", row.trouble});
    params.add(row.trouble_since).add(Text{"cluster_job.pods", row.pods}).add(row.run);
    connection_.queue(sql::update_cluster_job, params);
}

void PostgresClusterTables::delete_of_run(RunId run)
{
    Params params;
    params.add(run);
    connection_.queue(sql::delete_cluster_of_run, params);
}

void PostgresClusterTables::put_leave(const UploadLeave& leave)
{
    Params params;
    params.add(leave.task).add(leave.run).add(leave.until).add(leave.attempt);
    connection_.queue(sql::put_leave, params);
}

std::vector<UploadLeave> PostgresClusterTables::leaves(std::span<const TaskId> tasks)
{
    if (tasks.empty())
        return {};
    Params params;
    params.array(tasks, std::identity());
    return connection_.query(sql::leaves, params).all(read_upload_leave);
}

void PostgresClusterTables::delete_leaves(std::span<const UploadLeave> leaves)
{
    if (leaves.empty())
        return;
    Params params;
    params.array(leaves, &UploadLeave::task).array(leaves, &UploadLeave::attempt);
    connection_.queue(sql::delete_leaves, params);
}

void PostgresClusterTables::end_leaves_of(WorkerId worker)
{
    Params params;
    params.add(worker);
    connection_.queue(sql::end_leaves_of, params);
}

void PostgresClusterTables::forget_leaves(Time before)
{
    Params params;
    params.add(before);
    connection_.queue(sql::forget_leaves, params);
}

std::vector<LeaseRow>
PostgresClusterTables::leases_of_name(RunId run, const std::string& worker_name)
{
    Params params;
    params.add(Text{"worker.name", worker_name}).add(run);
    return connection_.query(sql::leases_of_name, params).all(read_lease);
}

} // namespace sluice::postgres
