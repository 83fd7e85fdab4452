// SPDX-License-Identifier: Apache-2.0
#include "cli/job.h"

#include "cli/exit_code.h"
#include "cli/jobs_port.h"
#include "cli/output.h"
#include "cli/show.h"

namespace sluice {

namespace {

Async<Result<int>> print_logs(Context&, JobsPort& jobs, std::string job)
{
    const Result<void> printed = co_await jobs.job_log(std::move(job), print_bytes);
    if (!printed)
        co_return printed.error();
    co_return exit_code::success;
}

} // namespace

void add_job_logs(CliCommand& job)
{
    CliCommand command = job.add("logs");
    const auto name = std::make_shared<std::string>();
    command.argument("NAME", *name, "name or id of the job");
    command.runs(on_jobs([name](Context& context, JobsPort& jobs) {
        return print_logs(context, jobs, *name);
    }));
}

} // namespace sluice
