// SPDX-License-Identifier: Apache-2.0
#include "cli/job.h"

#include "cli/exit_code.h"
#include "cli/jobs_port.h"
#include "cli/output.h"
#include "cli/show.h"

namespace sluice {

namespace {

using Names = std::shared_ptr<std::vector<std::string>>;

Async<Result<int>> cancel_jobs(Context&, JobsPort& jobs, Names names)
{
    for (const std::string& job : *names) {
        const Result<Job> canceled = co_await jobs.cancel(job);
        if (!canceled)
            co_return canceled.error();
        complain(fmt::format("job {} is {}", canceled->job_name, name(canceled->status)));
    }
    co_return exit_code::success;
}

} // namespace

void add_job_cancel(CliCommand& job)
{
    CliCommand command = job.add("cancel");
    const auto names = std::make_shared<std::vector<std::string>>();
    command.arguments("NAME", *names, "names or ids of jobs");
    command.runs(on_jobs([names](Context& context, JobsPort& jobs) {
        return cancel_jobs(context, jobs, names);
    }));
}

} // namespace sluice
