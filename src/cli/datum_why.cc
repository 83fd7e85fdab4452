// SPDX-License-Identifier: Apache-2.0
#include "cli/datum.h"

#include "cli/exit_code.h"
#include "cli/jobs_port.h"
#include "cli/output.h"
#include "cli/show.h"

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

void add_datum_why(CliCommand& datum)
{
    CliCommand command = datum.add("why");
    const auto id = std::make_shared<std::string>();
    command.argument("ID", *id, "of the datum");
    command.runs(on_jobs([id](Context& context, JobsPort& jobs) {
        return explain_datum(context, jobs, *id);
    }));
}

} // namespace sluice
