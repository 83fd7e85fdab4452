// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/cluster_rows.h"
#include "store/rows.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sluice {

// The statements of jobs on Kubernetes, and of the time that uploads have, in an open transaction;
// see Tables.
class ClusterTables {
public:
    virtual ~ClusterTables() = default;

    // Their runs and namespaces; all are wanted, and nobody leads them.
    virtual void insert_jobs(std::span<const ClusterJobRow> rows) = 0;

    // Up to `limit` jobs of the namespace that are not gone, of runs that are not loading, and
    // whose leader's time ended before `before`, or is unknown, become the worker's; the oldest
    // ones. Those that another process is taking are passed over.
    virtual std::vector<LedJob>
    take_jobs(WorkerId worker, const std::string& name_space, Time before, std::size_t limit) = 0;
    virtual std::size_t release_jobs(Time before) = 0; // of leaders whose time ended before
    virtual std::optional<ClusterJobRow> lock_job(RunId run) = 0; // whose row is locked
    virtual void update_job(const ClusterJobRow& row) = 0;
    virtual void delete_of_run(RunId run) = 0; // its job and its leaves

    // Instead of that of another attempt at the task; that of the same one is never shortened.
    virtual void put_leave(const UploadLeave& leave) = 0;
    virtual std::vector<UploadLeave> leaves(std::span<const TaskId> tasks) = 0;
    virtual void delete_leaves(std::span<const UploadLeave> leaves) = 0; // of these attempts
    virtual void end_leaves_of(WorkerId worker) = 0; // of the attempts that it holds
    virtual void forget_leaves(Time before) = 0;     // that ended before

    // What workers of this name hold of the run.
    virtual std::vector<LeaseRow> leases_of_name(RunId run, const std::string& worker_name) = 0;
};

} // namespace sluice
