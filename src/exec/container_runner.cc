// SPDX-License-Identifier: Apache-2.0
#include "exec/container_runner.h"

#include "async/worker_threads.h"
#include "base/text.h"
#include "exec/run_attempt.h"

#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <csignal>

namespace sluice {

namespace {

constexpr int engine_failed = 125; // what both engines answer when it was not the command

std::string last_line(std::string_view output)
{
    const std::string_view text = trim(output);
    const std::size_t newline = text.rfind('\n');
    return printable(newline == std::string_view::npos ? text : text.substr(newline + 1));
}

// Says in words of the command what the engine's program ended with.
CommandEnd translate(CommandEnd end, const Command& command)
{
    if (end.kind == EndKind::exited && end.code == engine_failed) {
        end.kind = EndKind::not_started;
        end.error = fmt::format("cannot start the container: {}", last_line(end.output_tail));
    } else if (end.kind == EndKind::exited && end.code > 128 && end.code <= 128 + SIGRTMAX) {
        const int signal = end.code - 128;
        if (signal == SIGKILL && command.memory_bytes) {
            end.kind = EndKind::out_of_memory;
            end.code = signal;
            end.error = fmt::format(
                "killed, most likely because it needed more than its {} bytes of memory",
                *command.memory_bytes
            );
        }
    }
    return end;
}

class ContainerRunner final : public CommandRunner {
public:
    ContainerRunner(ContainerEngine engine, WorkerThreads& threads, const Clock& clock)
        : engine_(std::move(engine)), threads_(threads), clock_(clock)
    {}

    Async<Result<CommandEnd>> run(const Command& command) override;

private:
    Command engine_command(const Command& command, EngineCall call) const;
    Async<void> remove_container(const Command& command);

    ContainerEngine engine_;
    WorkerThreads& threads_;
    const Clock& clock_;
    MemoryKills kills_;
};

Command ContainerRunner::engine_command(const Command& command, EngineCall call) const
{
    Command engine = command;
    engine.argv = std::move(call.argv);
    engine.env = std::move(call.env);
    engine.working_directory = "/";
    engine.isolation = Isolation::none;
    return engine;
}

Async<Result<CommandEnd>> ContainerRunner::run(const Command& command)
{
    Result<EngineCall> call = engine_call(engine_, command);
    if (!call)
        co_return call.error();
    const Command engine = engine_command(command, std::move(*call));
    Attempt attempt(engine, Stragglers::leave, clock_, kills_);
    co_await asio::this_coro::throw_if_cancelled(false);
    Result<CommandEnd> end = co_await run_to_the_end(attempt, threads_);
    const bool stopped = co_await is_cancelled();
    if (stopped) {
        // What killed the engine's program after the grace period did not reach the container.
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        co_await remove_container(command);
        co_await asio::this_coro::throw_if_cancelled(true);
        throw boost::system::system_error(asio::error::operation_aborted);
    }
    co_await asio::this_coro::throw_if_cancelled(true);
    if (!end)
        co_return end.error();
    CommandEnd translated = translate(std::move(*end), command);
    co_return translated;
}

Async<void> ContainerRunner::remove_container(const Command& command)
{
    EngineCall call{{engine_.program, "rm", "--force", command.name}, engine_.env};
    Command removal = engine_command(command, std::move(call));
    removal.log_file += ".rm";
    removal.forward = nullptr;
    Attempt attempt(removal, Stragglers::leave, clock_, kills_);
    // It fails when the container has gone already, which is the usual case.
    co_await run_to_the_end(attempt, threads_);
}

} // namespace

std::unique_ptr<CommandRunner>
make_container_runner(ContainerEngine engine, WorkerThreads& threads, const Clock& clock)
{
    return std::make_unique<ContainerRunner>(std::move(engine), threads, clock);
}

} // namespace sluice
