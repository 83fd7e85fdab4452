// SPDX-License-Identifier: Apache-2.0
#include "cli/datum.h"

#include "cli/exit_code.h"
#include "cli/jobs_port.h"
#include "cli/output.h"
#include "cli/show.h"

namespace sluice {

namespace {

Async<Result<int>> retry_datum(Context&, JobsPort& jobs, std::string id)
{
    const Result<Datum> datum = co_await jobs.retry_datum(std::move(id));
    if (!datum)
        co_return datum.error();
    complain(fmt::format("datum {} is {}", datum->id, name(datum->status)));
    co_return exit_code::success;
}

} // namespace

void add_datum_retry(CliCommand& datum)
{
    CliCommand command = datum.add("retry");
    const auto id = std::make_shared<std::string>();
    command.argument("ID", *id, "of the datum");
    command.runs(on_jobs([id](Context& context, JobsPort& jobs) {
        return retry_datum(context, jobs, *id);
    }));
}

} // namespace sluice
