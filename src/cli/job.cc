// SPDX-License-Identifier: Apache-2.0
#include "cli/job.h"

#include "cli/command_line.h"
#include "cli/commands.h"

#include <CLI/CLI.hpp>

namespace sluice {

void add_job(CommandLine& line)
{
    CLI::App& job = line.add(line.root(), "job");
    job.require_subcommand(1);
    add_job_run(line, job);
    add_job_check(line, job);
    add_job_list(line, job);
    add_job_describe(line, job);
    add_job_why(line, job);
    add_job_wait(line, job);
    add_job_logs(line, job);
    add_job_pause(line, job);
    add_job_resume(line, job);
    add_job_cancel(line, job);
    add_job_retry(line, job);
    add_job_delete(line, job);
}

} // namespace sluice
