// SPDX-License-Identifier: Apache-2.0
#include "cli/datum.h"

#include "cli/exit_code.h"
#include "cli/jobs_port.h"
#include "cli/output.h"
#include "cli/show.h"

namespace sluice {

namespace {

struct ListOptions {
    std::string job;
    std::string status;
    std::int64_t limit = 100;
};

Async<Result<int>>
list_datums(Context& context, JobsPort& jobs, std::shared_ptr<const ListOptions> options)
{
    Jobs::DatumFilter filter;
    filter.status = datum_status(options->status);
    filter.limit = static_cast<std::size_t>(options->limit);
    const Result<std::vector<Datum>> found = co_await jobs.datums(options->job, std::move(filter));
    if (!found)
        co_return found.error();
    show_datums(context.config.output, *found);
    co_return exit_code::success;
}

} // namespace

void add_datum_list(CliCommand& datum)
{
    CliCommand command = datum.add("list");
    const auto options = std::make_shared<ListOptions>();
    command.argument("JOB", options->job, "name or id of the job");
    command.option(
        "--status", options->status, "only ready, running, done, error or canceled datums",
        {"ready", "running", "done", "error", "canceled"}
    );
    command.number("--limit", options->limit, "at most so many [100]", 1000);
    command.runs(on_jobs([options](Context& context, JobsPort& jobs) {
        return list_datums(context, jobs, options);
    }));
}

} // namespace sluice
