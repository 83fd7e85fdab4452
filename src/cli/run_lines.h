// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/workflows_port.h"

#include <string_view>

namespace sluice {

// The same list twice: `run list [--workflow NAME]`, and `workflow runs NAME`.
void add_run_list(CliCommand& run);
void add_workflow_runs(CliCommand& workflow);

} // namespace sluice
