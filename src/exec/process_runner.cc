// SPDX-License-Identifier: Apache-2.0
#include "exec/process_runner.h"

#include "async/worker_threads.h"
#include "exec/attempt.h"
#include "exec/run_attempt.h"

namespace sluice {

namespace {

class ProcessRunner final : public CommandRunner {
public:
    ProcessRunner(WorkerThreads& threads, const Clock& clock) : threads_(threads), clock_(clock) {}

    Async<Result<CommandEnd>> run(const Command& command) override
    {
        Attempt attempt(command, Stragglers::kill, clock_, kills_);
        co_return co_await run_attempt(attempt, threads_);
    }

private:
    WorkerThreads& threads_;
    const Clock& clock_;
    MemoryKills kills_;
};

} // namespace

std::unique_ptr<CommandRunner> make_process_runner(WorkerThreads& threads, const Clock& clock)
{
    return std::make_unique<ProcessRunner>(threads, clock);
}

} // namespace sluice
