// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/cli_command.h"

#include <memory>
#include <optional>

namespace sluice {

// The command line of the program. Its commands are added by functions of their own (commands.h).
class CommandLine {
public:
    CommandLine();
    ~CommandLine();
    CommandLine(const CommandLine&) = delete;
    CommandLine& operator=(const CommandLine&) = delete;

    CliCommand root() { return CliCommand(*root_, choice_); }

    // Reads the arguments. The exit code, when there is nothing to run: help was asked for, or the
    // arguments are wrong (and that was said).
    std::optional<int> parse(int argc, char** argv);

    // After parse():
    const Choice& choice() const { return choice_; }
    const std::string& config_file() const { return config_file_; }

private:
    int refuse(std::string_view message) const;

    std::unique_ptr<CLI::App> root_;
    Choice choice_;
    std::string config_file_;
};

} // namespace sluice
