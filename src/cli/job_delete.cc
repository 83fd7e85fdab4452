// SPDX-License-Identifier: Apache-2.0
#include "cli/job.h"

#include "cli/exit_code.h"
#include "cli/jobs_port.h"
#include "cli/output.h"
#include "cli/show.h"

namespace sluice {

namespace {

using Names = std::shared_ptr<std::vector<std::string>>;

Async<Result<int>> delete_jobs(Context&, JobsPort& jobs, Names names)
{
    for (const std::string& job : *names) {
        const Result<void> removed = co_await jobs.remove(job);
        if (!removed)
            co_return removed.error();
    }
    co_return exit_code::success;
}

} // namespace

void add_job_delete(CliCommand& job)
{
    CliCommand command = job.add("delete");
    const auto names = std::make_shared<std::vector<std::string>>();
    command.arguments("NAME", *names, "names or ids of jobs");
    command.runs(on_jobs([names](Context& context, JobsPort& jobs) {
        return delete_jobs(context, jobs, names);
    }));
}

} // namespace sluice
