// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/cluster_codec.h"

namespace sluice::sqlite {

ClusterJobRow read_cluster_job(Row& row)
{
    ClusterJobRow job;
    into(
        row, job.run, job.leader, job.phase, job.name_space, job.uid, job.created_at, job.trouble,
        job.trouble_since, job.pods
    );
    return job;
}

LedJob read_led_job(Row& row)
{
    LedJob job;
    job.row = read_cluster_job(row);
    into(row, job.name, job.state, job.run_created_at, job.datums);
    return job;
}

UploadLeave read_upload_leave(Row& row)
{
    UploadLeave leave;
    into(row, leave.task, leave.run, leave.attempt, leave.until);
    return leave;
}

} // namespace sluice::sqlite
