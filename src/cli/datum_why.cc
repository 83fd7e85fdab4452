// SPDX-License-Identifier: Apache-2.0
#include "cli/datum.h"

#include "cli/exit_code.h"
#include "cli/jobs_port.h"
#include "cli/output.h"
#include "cli/show.h"

#include <CLI/CLI.hpp>

namespace sluice {

namespace {

Async<Result<int>> explain_datum(Context& context, JobsPort& jobs, std::string datum)
{
    const Result<Why> why = co_await jobs.why_datum(std::move(datum));
    if (!why)
        co_return why.error();
    show_why(context.config.output, *why);
    co_return exit_code::success;
}

} // namespace

void add_datum_why(CommandLine& line, CLI::App& datum)
{
    CLI::App& command = line.add(datum, "why");
    const auto id = std::make_shared<std::string>();
    command.add_option("ID", *id, "of the datum")->required();
    line.runs(command, on_jobs([id](Context& context, JobsPort& jobs) {
                  return explain_datum(context, jobs, *id);
              }));
}

} // namespace sluice
