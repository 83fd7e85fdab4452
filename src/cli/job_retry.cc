// SPDX-License-Identifier: Apache-2.0
#include "app/app.h"
#include "cli/exit_code.h"
#include "cli/foreground.h"
#include "cli/job.h"
#include "cli/jobs_port.h"
#include "cli/new_job.h"
#include "cli/pipeline_file.h"

namespace sluice {

namespace {

struct RetryOptions {
    std::string job;
    std::vector<std::string> set;
    bool detach = false;
};
using RetryOptionsPtr = std::shared_ptr<const RetryOptions>;

Jobs::RetryJob request_of(const RetryOptions& options)
{
    return {options.job, options.set, actor_of_this_user()};
}

Async<Result<int>> retry_here(Context& context, App& app, RetryOptionsPtr options)
{
    Jobs::RetryJob request = request_of(*options);
    Judged<Jobs::Created> created = co_await app.jobs().retry(std::move(request));
    if (!created)
        co_return to_lines("", created.error());
    if (const Result<void> told = tell_new_job(context, *created); !told)
        co_return told.error();
    if (options->detach)
        co_return exit_code::success;
    Result<int> code = co_await run_in_foreground(context, app, created->job.id);
    co_return code;
}

Async<Result<int>> retry_at_server(Context& context, JobsPort& jobs, RetryOptionsPtr options)
{
    Jobs::RetryJob request = request_of(*options);
    Judged<Jobs::Created> created = co_await jobs.retry(std::move(request));
    if (!created)
        co_return to_lines("", created.error());
    if (const Result<void> told = tell_new_job(context, *created); !told)
        co_return told.error();
    co_return exit_code::success;
}

} // namespace

void add_job_retry(CliCommand& job)
{
    CliCommand command = job.add("retry");
    const auto options = std::make_shared<RetryOptions>();
    command.argument("NAME", options->job, "name or id of a failed or canceled job");
    command.options("--set", options->set, "change of the pipeline: path=value, as datum_tries=3");
    command.flag("--detach", options->detach, "leave the job for sluice serve and workers");
    command.takes({"workers", "executor", "isolation", "secrets_dir", "data_dir"});
    const CommandAction here =
        on_app([options](Context& context, App& app) { return retry_here(context, app, options); });
    const CommandAction there = on_jobs([options](Context& context, JobsPort& jobs) {
        return retry_at_server(context, jobs, options);
    });
    command.runs([here, there](Context& context) {
        return context.config.server.empty() ? here(context) : there(context);
    });
}

} // namespace sluice
