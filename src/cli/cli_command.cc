// SPDX-License-Identifier: Apache-2.0
#include "cli/cli_command.h"

#include "cli/page.h"

#include <CLI/CLI.hpp>

namespace sluice {

CliCommand CliCommand::add(std::string_view name)
{
    CLI::App& command = *app_.add_subcommand(std::string(name));
    const Page& page = page_of(words_of(command));
    command.description(std::string(page.summary));
    command.footer(std::string(page.text));
    return CliCommand(command, choice_);
}

void CliCommand::needs_command()
{
    app_.require_subcommand(1);
}

void CliCommand::argument(std::string name, std::string& value, std::string meaning, Names accepted)
{
    CLI::Option* option = app_.add_option(std::move(name), value, std::move(meaning))->required();
    if (!accepted.empty())
        option->transform(CLI::IsMember(std::move(accepted), CLI::ignore_case));
}

void CliCommand::arguments(std::string name, Names& values, std::string meaning)
{
    app_.add_option(std::move(name), values, std::move(meaning))->required();
}

void CliCommand::flag(std::string name, bool& value, std::string meaning)
{
    app_.add_flag(std::move(name), value, std::move(meaning));
}

void CliCommand::option(std::string name, std::string& value, std::string meaning, Names accepted)
{
    CLI::Option* option = app_.add_option(std::move(name), value, std::move(meaning));
    if (!accepted.empty())
        option->transform(CLI::IsMember(std::move(accepted), CLI::ignore_case));
}

void CliCommand::options(std::string name, Names& values, std::string meaning)
{
    app_.add_option(std::move(name), values, std::move(meaning))->expected(1)->take_all();
}

void CliCommand::number(
    std::string name, std::int64_t& value, std::string meaning, std::int64_t max
)
{
    CLI::Option* option = app_.add_option(std::move(name), value, std::move(meaning));
    if (max == std::numeric_limits<std::int64_t>::max())
        option->check(CLI::PositiveNumber);
    else
        option->check(CLI::Range(std::int64_t{1}, max));
}

void CliCommand::number(std::string name, std::optional<std::int64_t>& value, std::string meaning)
{
    app_.add_option(std::move(name), value, std::move(meaning));
}

void CliCommand::takes(std::initializer_list<std::string_view> settings)
{
    for (const std::string_view name : settings) {
        const Setting& wanted = setting(name);
        const auto keep = [&choice = choice_, key = std::string(name)](const std::string& text) {
            choice.flags[key] = text;
        };
        std::string words(wanted.meaning);
        if (!wanted.fallback.empty())
            words += fmt::format(" [{}]", wanted.fallback);
        app_.add_option_function<std::string>(wanted.flag(), keep, words)
            ->type_name(std::string(wanted.value_name))
            ->take_last();
    }
}

void CliCommand::runs(CommandAction action, OldNames old_names)
{
    app_.callback([&choice = choice_, action = std::move(action), old_names] {
        choice.action = action;
        choice.old_names = old_names;
    });
}

} // namespace sluice
