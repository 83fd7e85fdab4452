// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runner.h"

namespace sluice::python {

// The methods of a Runner for cron schedules and for triggers.
void add_schedules(RunnerClass& runner);

} // namespace sluice::python
