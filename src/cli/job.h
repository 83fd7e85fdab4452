// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sluice {

class CliCommand;

// The commands below `job`, each in a file of its name.
void add_job_cancel(CliCommand& job);
void add_job_check(CliCommand& job);
void add_job_delete(CliCommand& job);
void add_job_describe(CliCommand& job);
void add_job_list(CliCommand& job);
void add_job_logs(CliCommand& job);
void add_job_pause(CliCommand& job);
void add_job_resume(CliCommand& job);
void add_job_retry(CliCommand& job);
void add_job_run(CliCommand& job);
void add_job_wait(CliCommand& job);
void add_job_why(CliCommand& job);

} // namespace sluice
