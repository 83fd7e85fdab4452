// SPDX-License-Identifier: Apache-2.0
#include "cli/job.h"

#include "cli/exit_code.h"
#include "cli/jobs_port.h"
#include "cli/output.h"
#include "cli/show.h"

namespace sluice {

namespace {

Async<Result<int>> pause_job(Context&, JobsPort& jobs, std::string job)
{
    const Result<Job> paused = co_await jobs.pause(std::move(job));
    if (!paused)
        co_return paused.error();
    complain(fmt::format(
        "job {0} starts nothing more; 'sluice job resume {0}' goes on", paused->job_name
    ));
    co_return exit_code::success;
}

} // namespace

void add_job_pause(CliCommand& job)
{
    CliCommand command = job.add("pause");
    const auto name = std::make_shared<std::string>();
    command.argument("NAME", *name, "name or id of the job");
    command.runs(on_jobs([name](Context& context, JobsPort& jobs) {
        return pause_job(context, jobs, *name);
    }));
}

} // namespace sluice
