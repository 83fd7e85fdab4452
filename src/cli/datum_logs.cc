// SPDX-License-Identifier: Apache-2.0
#include "cli/datum.h"

#include "cli/exit_code.h"
#include "cli/jobs_port.h"
#include "cli/output.h"
#include "cli/show.h"

#include <CLI/CLI.hpp>

namespace sluice {

namespace {

struct LogOptions {
    std::string datum;
    int attempt = 0;
    std::string stream;
    bool follow = false;
};

LogQuery query_of(const LogOptions& options)
{
    LogQuery query;
    query.datum = options.datum;
    query.attempt = options.attempt;
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

void add_datum_logs(CommandLine& line, CLI::App& datum)
{
    CLI::App& command = line.add(datum, "logs");
    const auto options = std::make_shared<LogOptions>();
    command.add_option("ID", options->datum, "of the datum")->required();
    command.add_option("--attempt", options->attempt, "number of the attempt [the last one]")
        ->check(CLI::Range(1, 1'000'000));
    command.add_option("--stream", options->stream, "only stdout or stderr")
        ->check(CLI::IsMember({"stdout", "stderr"}));
    command.add_flag("--follow", options->follow, "stay until the attempt has ended");
    line.runs(command, on_jobs([options](Context& context, JobsPort& jobs) {
                  return print_log(context, jobs, options);
              }));
}

} // namespace sluice
