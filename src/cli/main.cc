// SPDX-License-Identifier: Apache-2.0
#include "async/run_main.h"
#include "base/os.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/through_proxy.h"

#include <cstdlib>
#include <exception>
#include <filesystem>

namespace sluice {

namespace {

std::optional<std::string> environment_variable(const std::string& name)
{
    const char* const value = std::getenv(name.c_str());
    if (!value)
        return std::nullopt;
    return value;
}

Result<Config> config_of(const CommandLine& line)
{
    ConfigSources sources;
    sources.flags = line.choice().flags;
    sources.environment = environment_variable;
    sources.file = line.config_file();
    sources.old_names = line.choice().old_names;
    std::error_code error;
    sources.working_directory = std::filesystem::current_path(error);
    if (error)
        return os_error("find the working directory", ".", error.value());
    return read_config(sources);
}

int report(const Error& error)
{
    complain(error.detail);
    return exit_code_of(error.code);
}

Async<int> run_action(const CommandAction& action, Context& context)
{
    Result<int> code = co_await action(context);
    if (!code)
        co_return report(code.error());
    co_return *code;
}

int run(const CommandLine& line)
{
    const Result<Config> config = config_of(line);
    if (!config)
        return report(config.error());
    const Result<LogHub> logs = LogHub::make(config->log);
    if (!logs)
        return report(logs.error());
    asio::io_context loop(1);
    Context context{loop, *config, *logs};
    const Choice& choice = line.choice();
    const CommandAction action =
        choice.through_proxy ? through_proxy(choice.action) : choice.action;
    const int code = run_main(loop, run_action(action, context));
    const Result<void> flushed = flush_output();
    if (!flushed && code == exit_code::success)
        return report(flushed.error());
    return code;
}

} // namespace

} // namespace sluice

int main(int argc, char** argv)
{
    try {
        sluice::CommandLine line;
        sluice::add_commands(line.root());
        if (const std::optional<int> code = line.parse(argc, argv))
            return *code;
        return sluice::run(line);
    } catch (const std::exception& failure) {
        sluice::complain(std::string("internal error: ") + failure.what());
        return sluice::exit_code::failed;
    }
}
