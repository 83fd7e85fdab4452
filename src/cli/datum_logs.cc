// SPDX-License-Identifier: Apache-2.0
#include "cli/datum.h"

#include "cli/exit_code.h"
#include "cli/jobs_port.h"
#include "cli/output.h"
#include "cli/show.h"

namespace sluice {

namespace {

struct LogOptions {
    std::string datum;
    std::int64_t attempt = 0;
    std::string stream;
    bool follow = false;
};

LogQuery query_of(const LogOptions& options)
{
    LogQuery query;
    query.datum = options.datum;
    query.attempt = static_cast<int>(options.attempt);
    if (options.stream == "stdout")
        query.stream = OutputStream::out;
    if (options.stream == "stderr")
        query.stream = OutputStream::err;
    return query;
}

// Whoever follows wants to see each line as it comes.
void print_now(std::string_view bytes)
{
    print_bytes(bytes);
    std::fflush(stdout);
}

Async<Result<int>> print_log(Context&, JobsPort& jobs, std::shared_ptr<const LogOptions> options)
{
    LogQuery query = query_of(*options);
    const auto mode = options->follow ? JobsPort::LogMode::follow : JobsPort::LogMode::as_it_is;
    const Result<void> printed = co_await jobs.datum_log(std::move(query), mode, print_now);
    if (!printed)
        co_return printed.error();
    co_return exit_code::success;
}

} // namespace

void add_datum_logs(CliCommand& datum)
{
    CliCommand command = datum.add("logs");
    const auto options = std::make_shared<LogOptions>();
    command.argument("ID", options->datum, "of the datum");
    command.number(
        "--attempt", options->attempt, "number of the attempt [the last one]", 1'000'000
    );
    command.option("--stream", options->stream, "only stdout or stderr", {"stdout", "stderr"});
    command.flag("--follow", options->follow, "stay until the attempt has ended");
    command.runs(on_jobs([options](Context& context, JobsPort& jobs) {
        return print_log(context, jobs, options);
    }));
}

} // namespace sluice
