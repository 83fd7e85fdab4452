// SPDX-License-Identifier: Apache-2.0
#include "cli/job.h"

#include "cli/cli_command.h"
#include "cli/commands.h"

namespace sluice {

void add_job(CliCommand& root)
{
    CliCommand job = root.add("job");
    job.needs_command();
    add_job_run(job);
    add_job_check(job);
    add_job_list(job);
    add_job_describe(job);
    add_job_why(job);
    add_job_wait(job);
    add_job_logs(job);
    add_job_pause(job);
    add_job_resume(job);
    add_job_cancel(job);
    add_job_retry(job);
    add_job_delete(job);
}

} // namespace sluice
