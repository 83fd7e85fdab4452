// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.h"
#include "async/async.h"
#include "base/log.h"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace sluice {

// What a command works with.
struct Context {
    asio::io_context& loop;
    const Config& config;
    const LogHub& logs;
};

// A command gives back its exit code, or what went wrong, which main reports.
using Action = std::function<Async<Result<int>>(Context&)>;

// The commands and options of the program. Each command is added by a function of its own
// (commands.h) and takes its words for people from its manual page.
class CommandLine {
public:
    CommandLine();
    ~CommandLine();
    CommandLine(const CommandLine&) = delete;
    CommandLine& operator=(const CommandLine&) = delete;

    CLI::App& root() { return *root_; }

    // A command below `parent` ("job" below the root, "run" below "job"). Its manual page is
    // job_run.md.
    CLI::App& add(CLI::App& parent, std::string_view name);

    // The flags of these settings on a command. The settings that every command has stand at the
    // root: db, server, key, log, output.
    void takes(CLI::App& command, std::initializer_list<std::string_view> settings);

    // What the command does. What the action captures lives as long as the CommandLine.
    void runs(CLI::App& command, Action action);

    // Reads the arguments. The exit code, when there is nothing to run: help was asked for, or the
    // arguments are wrong (and that was said).
    std::optional<int> parse(int argc, char** argv);

    // After parse():
    const Action& chosen() const { return chosen_; }
    const std::map<std::string, std::string, std::less<>>& flags() const { return flags_; }
    const std::string& config_file() const { return config_file_; }

private:
    int refuse(std::string_view message) const;

    std::unique_ptr<CLI::App> root_;
    std::map<std::string, std::string, std::less<>> flags_;
    std::string config_file_;
    Action chosen_;
};

} // namespace sluice
