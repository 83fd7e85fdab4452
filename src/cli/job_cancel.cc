// SPDX-License-Identifier: Apache-2.0
#include "cli/job.h"

#include "cli/exit_code.h"
#include "cli/jobs_port.h"
#include "cli/output.h"
#include "cli/show.h"

#include <CLI/CLI.hpp>

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

void add_job_cancel(CommandLine& line, CLI::App& job)
{
    CLI::App& command = line.add(job, "cancel");
    const auto names = std::make_shared<std::vector<std::string>>();
    command.add_option("NAME", *names, "names or ids of jobs")->required();
    line.runs(command, on_jobs([names](Context& context, JobsPort& jobs) {
                  return cancel_jobs(context, jobs, names);
              }));
}

} // namespace sluice
