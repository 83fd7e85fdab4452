// SPDX-License-Identifier: Apache-2.0
#include "cli/job.h"

#include "cli/exit_code.h"
#include "cli/jobs_port.h"
#include "cli/output.h"
#include "cli/show.h"

namespace sluice {

namespace {

struct ListOptions {
    std::string status;
    std::string name_part;
    std::int64_t limit = 100;
};

Async<Result<int>>
list_jobs(Context& context, JobsPort& jobs, std::shared_ptr<const ListOptions> options)
{
    Jobs::ListFilter filter;
    filter.status = job_status(options->status);
    filter.name_part = options->name_part;
    filter.limit = static_cast<std::size_t>(options->limit);
    const Result<std::vector<Job>> found = co_await jobs.list(std::move(filter));
    if (!found)
        co_return found.error();
    show_jobs(context.config.output, *found, time_now());
    co_return exit_code::success;
}

} // namespace

void add_job_list(CliCommand& job)
{
    CliCommand command = job.add("list");
    const auto options = std::make_shared<ListOptions>();
    command.option(
        "--status", options->status, "only running, done, error or canceled jobs",
        {"running", "done", "error", "canceled"}
    );
    command.option("--name", options->name_part, "only jobs with this in their name");
    command.number("--limit", options->limit, "at most so many, the newest [100]", 1000);
    command.runs(on_jobs([options](Context& context, JobsPort& jobs) {
        return list_jobs(context, jobs, options);
    }));
}

} // namespace sluice
