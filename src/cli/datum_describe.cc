// SPDX-License-Identifier: Apache-2.0
#include "cli/datum.h"

#include "cli/exit_code.h"
#include "cli/jobs_port.h"
#include "cli/output.h"
#include "cli/show.h"

namespace sluice {

namespace {

Async<Result<int>> describe_datum(Context& context, JobsPort& jobs, std::string datum)
{
    const Result<DatumDescription> description = co_await jobs.describe_datum(std::move(datum));
    if (!description)
        co_return description.error();
    show_datum(context.config.output, *description, time_now());
    co_return exit_code::success;
}

} // namespace

void add_datum_describe(CliCommand& datum)
{
    CliCommand command = datum.add("describe");
    const auto id = std::make_shared<std::string>();
    command.argument("ID", *id, "of the datum");
    command.runs(on_jobs([id](Context& context, JobsPort& jobs) {
        return describe_datum(context, jobs, *id);
    }));
}

} // namespace sluice
