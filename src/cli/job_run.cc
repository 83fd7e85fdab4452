// SPDX-License-Identifier: Apache-2.0
#include "app/app.h"
#include "base/os.h"
#include "cli/exit_code.h"
#include "cli/foreground.h"
#include "cli/job.h"
#include "cli/jobs_port.h"
#include "cli/new_job.h"
#include "cli/pipeline_file.h"

namespace sluice {

namespace {

struct JobRunOptions {
    std::string file;
    bool detach = false;
};
using JobRunOptionsPtr = std::shared_ptr<const JobRunOptions>;

Judged<Jobs::NewJob> read_job_of(const std::string& path, PlainPaths plain_paths)
{
    Judged<PipelineFile> file = read_pipeline_file(path, plain_paths);
    if (!file)
        return file.error();
    Jobs::NewJob job;
    job.spec = std::move(file->spec);
    job.directory = std::move(file->directory);
    job.actor = actor_of_this_user();
    return job;
}

Async<Result<int>> run_here(Context& context, App& app, JobRunOptionsPtr options)
{
    const std::string shown = printable_path(options->file);
    Judged<Jobs::NewJob> job = read_job_of(options->file, PlainPaths::make_absolute);
    if (!job)
        co_return to_lines(shown, job.error());
    Judged<Jobs::Created> created = co_await app.jobs().create(*std::move(job));
    if (!created)
        co_return to_lines(shown, created.error());
    if (const Result<void> told = tell_new_job(context, *created); !told)
        co_return told.error();
    if (options->detach)
        co_return exit_code::success;
    Result<int> code = co_await run_in_foreground(context, app, created->job.id);
    co_return code;
}

Async<Result<int>> run_at_server(Context& context, JobsPort& jobs, JobRunOptionsPtr options)
{
    const std::string shown = printable_path(options->file);
    Judged<Jobs::NewJob> job = read_job_of(options->file, PlainPaths::keep);
    if (!job)
        co_return to_lines(shown, job.error());
    Judged<Jobs::Created> created = co_await jobs.create(*std::move(job));
    if (!created)
        co_return to_lines(shown, created.error());
    if (const Result<void> told = tell_new_job(context, *created); !told)
        co_return told.error();
    co_return exit_code::success;
}

} // namespace

void add_job_run(CliCommand& job)
{
    CliCommand command = job.add("run");
    const auto options = std::make_shared<JobRunOptions>();
    command.argument("FILE", options->file, "pipeline file, YAML or JSON; - is stdin");
    command.flag("--detach", options->detach, "leave the job for sluice serve and workers");
    command.takes({"workers", "executor", "isolation", "secrets_dir", "data_dir"});
    const CommandAction here =
        on_app([options](Context& context, App& app) { return run_here(context, app, options); });
    const CommandAction there = on_jobs([options](Context& context, JobsPort& jobs) {
        return run_at_server(context, jobs, options);
    });
    command.runs([here, there](Context& context) {
        return context.config.server.empty() ? here(context) : there(context);
    });
}

} // namespace sluice
