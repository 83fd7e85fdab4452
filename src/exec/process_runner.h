// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "exec/command.h"

#include <memory>

namespace sluice {

class WorkerThreads;

// Runs commands as processes of this machine (exec/keeper.h says how). Both must outlive the
// runner; `clock` stamps the log.
std::unique_ptr<CommandRunner> make_process_runner(WorkerThreads& threads, const Clock& clock);

} // namespace sluice
