// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/cluster_codec.h"

namespace sluice::postgres {

ClusterJobRow read_cluster_job(Row& row)
{
    ClusterJobRow job;
    row.into(job.run, job.leader, job.phase, job.name_space, job.uid, job.created_at);
    row.into(job.trouble, job.trouble_since, job.pods);
    return job;
}

LedJob read_led_job(Row& row)
{
    LedJob job;
    job.row = read_cluster_job(row);
    row.into(job.name, job.state, job.run_created_at, job.datums);
    return job;
}

UploadLeave read_upload_leave(Row& row)
{
    UploadLeave leave;
    row.into(leave.task, leave.run, leave.attempt, leave.until);
    return leave;
}

} // namespace sluice::postgres
