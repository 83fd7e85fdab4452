// SPDX-License-Identifier: Apache-2.0
#include "cli/job.h"

#include "cli/exit_code.h"
#include "cli/jobs_port.h"
#include "cli/output.h"
#include "cli/show.h"

namespace sluice {

namespace {

Async<Result<int>> explain_job(Context& context, JobsPort& jobs, std::string job)
{
    const Result<Why> why = co_await jobs.why_job(std::move(job));
    if (!why)
        co_return why.error();
    show_why(context.config.output, *why);
    co_return exit_code::success;
}

} // namespace

void add_job_why(CliCommand& job)
{
    CliCommand command = job.add("why");
    const auto name = std::make_shared<std::string>();
    command.argument("NAME", *name, "name or id of the job");
    command.runs(on_jobs([name](Context& context, JobsPort& jobs) {
        return explain_job(context, jobs, *name);
    }));
}

} // namespace sluice
