// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/cli_command.h"
#include "workflows/cron_schedules.h"
#include "workflows/run_actions.h"
#include "workflows/run_reads.h"
#include "workflows/workflow_reads.h"

namespace sluice {

// Workflows as commands see them: those of the database.
struct WorkflowsPort {
    WorkflowReads workflows;
    RunReads runs;
    RunActions actions;
    CronSchedules cron;
};

// A command that works on workflows: the database is opened before.
using WorkflowsAction = std::function<Async<Result<int>>(Context&, WorkflowsPort&)>;
CommandAction on_workflows(WorkflowsAction action);

// As documents: what --output json shows, and tables and lines stand on.
Json document_of(const RunLine& run);
Json document_of(const RunReport& run); // with contexts
Json time_or_null(const std::optional<Time>& time);

} // namespace sluice
