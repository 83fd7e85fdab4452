// SPDX-License-Identifier: Apache-2.0
#include "cli/job.h"

#include "cli/exit_code.h"
#include "cli/jobs_port.h"
#include "cli/output.h"
#include "cli/show.h"

namespace sluice {

namespace {

Async<Result<int>> describe_job(Context& context, JobsPort& jobs, std::string job)
{
    const Result<JobDescription> description = co_await jobs.describe(std::move(job));
    if (!description)
        co_return description.error();
    show_job(context.config.output, *description, time_now());
    co_return exit_code::success;
}

} // namespace

void add_job_describe(CliCommand& job)
{
    CliCommand command = job.add("describe");
    const auto name = std::make_shared<std::string>();
    command.argument("NAME", *name, "name or id of the job");
    command.runs(on_jobs([name](Context& context, JobsPort& jobs) {
        return describe_job(context, jobs, *name);
    }));
}

} // namespace sluice
