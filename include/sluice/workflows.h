// SPDX-License-Identifier: Apache-2.0
// Durable workflows in code: everything of it. Start with Runner (runner.h), WorkflowBuilder
// (workflow.h) and Context (context.h). docs/workflows.md has the contract.
#pragma once

#include "sluice/admin.h"
#include "sluice/context.h"
#include "sluice/coroutine.h"
#include "sluice/retry.h"
#include "sluice/run_results.h"
#include "sluice/runner.h"
#include "sluice/schedules.h"
#include "sluice/task_handle.h"
#include "sluice/trigger_rule.h"
#include "sluice/triggers.h"
#include "sluice/workflow.h"
#include "sluice/workflow_error.h"
