// SPDX-License-Identifier: Apache-2.0
#include "app/app.h"
#include "cli/exit_code.h"
#include "cli/foreground.h"
#include "cli/job.h"
#include "cli/jobs_port.h"
#include "cli/output.h"

namespace sluice {

namespace {

using Name = std::shared_ptr<const std::string>;

Async<Result<int>> resume_here(Context& context, App& app, Name name)
{
    Result<Job> job = co_await app.jobs().find(*name);
    if (!job)
        co_return job.error();
    if (job->paused) {
        Result<Job> unpaused = co_await app.jobs().unpause(job->id, actor_of_this_user());
        if (!unpaused)
            co_return unpaused.error();
    }
    Result<int> code = co_await run_in_foreground(context, app, job->id);
    co_return code;
}

Async<Result<int>> resume_at_server(Context&, JobsPort& jobs, Name name)
{
    const Result<Job> job = co_await jobs.find(*name);
    if (!job)
        co_return job.error();
    if (job->paused) {
        const Result<Job> unpaused = co_await jobs.unpause(job->id);
        if (!unpaused)
            co_return unpaused.error();
    }
    complain(fmt::format("job {} goes on at the server", job->job_name));
    co_return exit_code::success;
}

} // namespace

void add_job_resume(CliCommand& job)
{
    CliCommand command = job.add("resume");
    const auto name = std::make_shared<std::string>();
    command.argument("NAME", *name, "name or id of the job");
    command.takes({"workers", "executor", "isolation", "secrets_dir", "data_dir"});
    const CommandAction here =
        on_app([name](Context& context, App& app) { return resume_here(context, app, name); });
    const CommandAction there = on_jobs([name](Context& context, JobsPort& jobs) {
        return resume_at_server(context, jobs, name);
    });
    command.runs([here, there](Context& context) {
        return context.config.server.empty() ? here(context) : there(context);
    });
}

} // namespace sluice
