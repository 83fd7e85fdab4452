// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.h"
#include "async/async.h"
#include "base/log.h"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
using CommandAction = std::function<Async<Result<int>>(Context&)>;

// What the arguments of a command line have chosen.
struct Choice {
    CommandAction action;
    std::map<std::string, std::string, std::less<>> flags; // settings by name
    OldNames old_names = OldNames::ignored;
    bool through_proxy = false; // to the server of a cluster
};

// A command of the program, with its arguments and flags: a name for what the CommandLine owns.
// Takes its words for people from its manual page. The values that arguments are read into are
// borrowed and must live as long as the CommandLine; the action's captures do.
class CliCommand {
public:
    CliCommand(CLI::App& app, Choice& choice) : app_(app), choice_(choice) {}

    // A command below this one ("run" below "job"). Its manual page is job_run.md.
    CliCommand add(std::string_view name);

    // It does nothing itself: a command below it must follow.
    void needs_command();

    // What must be given, by its place. Accepted words are taken in any case, and kept as they are
    // spelled here.
    using Names = std::vector<std::string>;
    void argument(std::string name, std::string& value, std::string meaning, Names accepted = {});
    void arguments(std::string name, Names& values, std::string meaning); // one at least

    // What may be given: "--json", "--status done", "--set a=1 --set b=2", "--limit 10".
    void flag(std::string name, bool& value, std::string meaning);
    void option(std::string name, std::string& value, std::string meaning, Names accepted = {});
    void options(std::string name, Names& values, std::string meaning);
    void number(
        std::string name, std::int64_t& value, std::string meaning,
        std::int64_t max = std::numeric_limits<std::int64_t>::max()
    ); // from 1
    void number(std::string name, std::optional<std::int64_t>& value, std::string meaning);

    // The flags of these settings. The settings that every command has stand at the root: db,
    // server, key, log, output.
    void takes(std::initializer_list<std::string_view> settings);

    // With old names it takes the settings of Task Runner from the environment, too.
    void runs(CommandAction action, OldNames old_names = OldNames::ignored);

private:
    CLI::App& app_;
    Choice& choice_;
};

} // namespace sluice
