// SPDX-License-Identifier: Apache-2.0
#include "cli/job.h"

#include "cli/exit_code.h"
#include "cli/jobs_port.h"
#include "cli/output.h"
#include "cli/show.h"

#include <CLI/CLI.hpp>

namespace sluice {

namespace {

struct ListOptions {
    std::string status;
    std::string name_part;
    std::size_t limit = 100;
};

Async<Result<int>>
list_jobs(Context& context, JobsPort& jobs, std::shared_ptr<const ListOptions> options)
{
    Jobs::ListFilter filter;
    filter.status = job_status(options->status);
    filter.name_part = options->name_part;
    filter.limit = options->limit;
    const Result<std::vector<Job>> found = co_await jobs.list(std::move(filter));
    if (!found)
        co_return found.error();
    show_jobs(context.config.output, *found, time_now());
    co_return exit_code::success;
}

} // namespace

void add_job_list(CommandLine& line, CLI::App& job)
{
    CLI::App& command = line.add(job, "list");
    const auto options = std::make_shared<ListOptions>();
    command.add_option("--status", options->status, "only running, done, error or canceled jobs")
        ->check(CLI::IsMember({"running", "done", "error", "canceled"}));
    command.add_option("--name", options->name_part, "only jobs with this in their name");
    command.add_option("--limit", options->limit, "at most so many, the newest [100]")
        ->check(CLI::Range(1, 1000));
    line.runs(command, on_jobs([options](Context& context, JobsPort& jobs) {
                  return list_jobs(context, jobs, options);
              }));
}

} // namespace sluice
