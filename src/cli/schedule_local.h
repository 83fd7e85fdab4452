// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/server_commands.h"

namespace sluice {

// What `sluice schedule` does without a server: schedules that make runs of workflows, in the
// database. A file says workflow, cron, timezone, catchup, start, end; a change of one any of these
// but the workflow, or enabled.
namespace local_schedules {

Async<Result<int>> list(Context& context, Given given);
Async<Result<int>> describe(Context& context, Given given);
Async<Result<int>> create(Context& context, Given given);
Async<Result<int>> update(Context& context, Given given);
Async<Result<int>> enable(Context& context, Given given);
Async<Result<int>> disable(Context& context, Given given);
Async<Result<int>> remove(Context& context, Given given);
Async<Result<int>> runs(Context& context, Given given);

} // namespace local_schedules

// `schedule stats [--since TIME]`: of the database alone.
void add_schedule_stats(CliCommand& schedule);

} // namespace sluice
