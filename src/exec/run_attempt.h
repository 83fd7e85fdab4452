// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "exec/attempt.h"

namespace sluice {

class WorkerThreads;

// Runs an attempt from start to end. Cancellation stops the command and is thrown as
// operation_aborted when it has ended.
Async<Result<CommandEnd>> run_attempt(Attempt& attempt, WorkerThreads& threads);

// The same inside throw_if_cancelled(false): answers instead of throwing.
Async<Result<CommandEnd>> run_to_the_end(Attempt& attempt, WorkerThreads& threads);

// Has the coroutine been asked to end?
Async<bool> is_cancelled();

} // namespace sluice
