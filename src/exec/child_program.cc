// SPDX-License-Identifier: Apache-2.0
#include "exec/child_program.h"

#include "async/worker_threads.h"
#include "exec/attempt.h"
#include "exec/run_attempt.h"

namespace sluice {

namespace {

// For the times of output that nobody keeps.
class MachineClock final : public Clock {
public:
    Time now() const override
    {
        return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now());
    }
};

Command command_of(const ChildProgram& program)
{
    Command command;
    command.argv = program.argv;
    command.env = program.env;
    command.grace = program.grace;
    command.isolation = Isolation::none;
    command.forward = program.on_output;
    return command;
}

} // namespace

Async<Result<CommandEnd>> run_child(const ChildProgram& program, WorkerThreads& threads)
{
    const Command command = command_of(program);
    const MachineClock clock;
    MemoryKills kills;
    Attempt attempt(command, Stragglers::kill, clock, kills);
    co_return co_await run_attempt(attempt, threads);
}

} // namespace sluice
