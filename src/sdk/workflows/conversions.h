// SPDX-License-Identifier: Apache-2.0
// The public enums and values, and those of the engine that have the same names.
#pragma once

#include "base/time.h"
#include "model/schedule/schedule_ticks.h"
#include "model/workflow/run_words.h"
#include "sluice/run_results.h"
#include "sluice/runner_options.h"
#include "sluice/schedules.h"
#include "workflows/host_options.h"

#include <chrono>
#include <string>

namespace sluice::workflows {

RunStatus public_status(sluice::RunStatus status);
TaskStatus public_status(sluice::TaskStatus status);
sluice::RunStatus engine_status(RunStatus status);
sluice::TaskStatus engine_status(TaskStatus status);

Catchup public_catchup(sluice::Catchup policy);
sluice::Catchup engine_catchup(Catchup policy);

// Times of the database are whole microseconds.
inline sluice::Time engine_time(Time time)
{
    return std::chrono::floor<Micros>(time);
}

// Throws Error, invalid, with each option that is out of its bounds.
HostOptions
host_options(const std::string& url, const std::string& schema, const RunnerOptions& options);

} // namespace sluice::workflows
