// SPDX-License-Identifier: Apache-2.0
#include "cli/job.h"

#include "cli/exit_code.h"
#include "cli/jobs_port.h"
#include "cli/output.h"
#include "cli/show.h"

#include <CLI/CLI.hpp>

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

void add_job_pause(CommandLine& line, CLI::App& job)
{
    CLI::App& command = line.add(job, "pause");
    const auto name = std::make_shared<std::string>();
    command.add_option("NAME", *name, "name or id of the job")->required();
    line.runs(command, on_jobs([name](Context& context, JobsPort& jobs) {
                  return pause_job(context, jobs, *name);
              }));
}

} // namespace sluice
