// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/cluster_tables.h"
#include "store/postgres/connection.h"

namespace sluice::postgres {

// cluster.sql; see PostgresTables.
class PostgresClusterTables final : public ClusterTables {
public:
    explicit PostgresClusterTables(Connection& connection) : connection_(connection) {}

    void insert_jobs(std::span<const ClusterJobRow> rows) override;
    std::vector<LedJob> take_jobs(
        WorkerId worker, const std::string& name_space, Time before, std::size_t limit
    ) override;
    std::size_t release_jobs(Time before) override;
    std::optional<ClusterJobRow> lock_job(RunId run) override;
    void update_job(const ClusterJobRow& row) override;
    void delete_of_run(RunId run) override;

    void put_leave(const UploadLeave& leave) override;
    std::vector<UploadLeave> leaves(std::span<const TaskId> tasks) override;
    void delete_leaves(std::span<const UploadLeave> leaves) override;
    void end_leaves_of(WorkerId worker) override;
    void forget_leaves(Time before) override;

    std::vector<LeaseRow> leases_of_name(RunId run, const std::string& worker_name) override;

private:
    Connection& connection_;
};

} // namespace sluice::postgres
