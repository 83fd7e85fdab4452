// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace sluice {

class CommandLine;

// The commands below `job`, each in a file of its name.
void add_job_cancel(CommandLine& line, CLI::App& job);
void add_job_check(CommandLine& line, CLI::App& job);
void add_job_delete(CommandLine& line, CLI::App& job);
void add_job_describe(CommandLine& line, CLI::App& job);
void add_job_list(CommandLine& line, CLI::App& job);
void add_job_logs(CommandLine& line, CLI::App& job);
void add_job_pause(CommandLine& line, CLI::App& job);
void add_job_resume(CommandLine& line, CLI::App& job);
void add_job_retry(CommandLine& line, CLI::App& job);
void add_job_run(CommandLine& line, CLI::App& job);
void add_job_wait(CommandLine& line, CLI::App& job);
void add_job_why(CommandLine& line, CLI::App& job);

} // namespace sluice
