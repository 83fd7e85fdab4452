// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "batch/jobs.h"
#include "cli/cli_command.h"

namespace sluice {

enum class AfterSubmission : std::uint8_t { run_here, leave };

// What `job run` and `job retry` do with the job that they have made: its name goes to stdout at
// once, warnings to stderr.
Result<void> tell_new_job(const Context& context, const Jobs::Created& created);

} // namespace sluice
