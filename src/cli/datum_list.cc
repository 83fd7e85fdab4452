// SPDX-License-Identifier: Apache-2.0
#include "cli/datum.h"

#include "cli/exit_code.h"
#include "cli/jobs_port.h"
#include "cli/output.h"
#include "cli/show.h"

#include <CLI/CLI.hpp>

namespace sluice {

namespace {

struct ListOptions {
    std::string job;
    std::string status;
    std::size_t limit = 100;
};

Async<Result<int>>
list_datums(Context& context, JobsPort& jobs, std::shared_ptr<const ListOptions> options)
{
    Jobs::DatumFilter filter;
    filter.status = datum_status(options->status);
    filter.limit = options->limit;
    const Result<std::vector<Datum>> found = co_await jobs.datums(options->job, std::move(filter));
    if (!found)
        co_return found.error();
    show_datums(context.config.output, *found);
    co_return exit_code::success;
}

} // namespace

void add_datum_list(CommandLine& line, CLI::App& datum)
{
    CLI::App& command = line.add(datum, "list");
    const auto options = std::make_shared<ListOptions>();
    command.add_option("JOB", options->job, "name or id of the job")->required();
    command
        .add_option(
            "--status", options->status, "only ready, running, done, error or canceled datums"
        )
        ->check(CLI::IsMember({"ready", "running", "done", "error", "canceled"}));
    command.add_option("--limit", options->limit, "at most so many [100]")
        ->check(CLI::Range(1, 1000));
    line.runs(command, on_jobs([options](Context& context, JobsPort& jobs) {
                  return list_datums(context, jobs, options);
              }));
}

} // namespace sluice
