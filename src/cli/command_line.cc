// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.h"

#include "app/version.h"
#include "base/text.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/page.h"
#include "model/validation.h"

#include <CLI/CLI.hpp>

namespace sluice {

namespace {

// The deepest command that the arguments named.
const CLI::App& named_command(const CLI::App& root)
{
    const CLI::App* command = &root;
    while (!command->get_subcommands().empty())
        command = command->get_subcommands().front();
    return *command;
}

std::string help_hint(const CLI::App& command)
{
    const std::string words = words_of(command);
    return fmt::format("see sluice{}{} --help", words.empty() ? "" : " ", words);
}

// What might have been meant by an argument that nobody takes.
std::vector<std::string> accepted_words(const CLI::App& command, std::string_view argument)
{
    std::vector<std::string> words;
    const bool is_flag = argument.starts_with('-');
    for (const CLI::App* app = &command; app; app = is_flag ? app->get_parent() : nullptr) {
        if (is_flag)
            for (const CLI::Option* option : app->get_options())
                words.push_back(option->get_name(false, true));
        else
            for (const CLI::App* child : app->get_subcommands({}))
                words.push_back(child->get_name());
    }
    return words;
}

std::string describe_extra(const CLI::App& command, const std::string& argument)
{
    const std::string cut = argument.substr(0, argument.find('='));
    const std::string hint = suggest(cut, nearest(cut, accepted_words(command, cut), 1));
    return fmt::format("unknown argument '{}'{}; {}", argument, hint, help_hint(command));
}

std::string describe_missing_command(const CLI::App& command)
{
    const CLI::App* root = &command;
    while (root->get_parent())
        root = root->get_parent();
    const std::vector<std::string> left = root->remaining(true);
    if (left.empty())
        return fmt::format("a command must follow; {}", help_hint(command));
    const std::string& word = left.front();
    const std::string hint = suggest(word, nearest(word, accepted_words(command, word), 1));
    return fmt::format("unknown command '{}'{}; {}", word, hint, help_hint(command));
}

// CLI11's words in our form: no capital letter, no full stop, one line.
std::string describe(const CLI::ParseError& error, const CLI::App& command)
{
    std::string text = error.what();
    if (text == "A subcommand is required")
        return describe_missing_command(command);
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error))
        text = text.substr(0, text.find(':')) + ": a value must follow";
    for (char& c : text)
        c = c == '\n' ? ' ' : c;
    if (text.size() > 1 && std::isupper(static_cast<unsigned char>(text[0])) &&
        std::islower(static_cast<unsigned char>(text[1])))
        text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    return fmt::format("{}; {}", text, help_hint(command));
}

} // namespace

CommandLine::CommandLine() : root_(std::make_unique<CLI::App>())
{
    const Page& page = page_of("");
    root_->name("sluice");
    root_->description("sluice: " + std::string(page.summary));
    root_->footer(std::string(page.text));
    root_->fallthrough();
    root_->require_subcommand(1);
    root_->set_version_flag("--version", "sluice " + std::string(version()));
    root_->add_option("--config", config_file_, "file of settings, YAML or JSON")
        ->envname("SLUICE_CONFIG")
        ->type_name("FILE");
    root_->add_flag(
        "--proxy", choice_.through_proxy, "reach the server in a cluster, by kubectl, meanwhile"
    );
    root().takes({"db", "schema", "server", "key", "log", "output"});
}

CommandLine::~CommandLine() = default;

std::optional<int> CommandLine::parse(int argc, char** argv)
{
    try {
        root_->parse(argc, argv);
        return std::nullopt;
    } catch (const CLI::CallForHelp&) {
        print_bytes(root_->help());
        return exit_code::success;
    } catch (const CLI::CallForVersion& version) {
        print(version.what());
        return exit_code::success;
    } catch (const CLI::ExtrasError&) {
        return refuse(describe_extra(named_command(*root_), root_->remaining(true).front()));
    } catch (const CLI::ParseError& error) {
        return refuse(describe(error, named_command(*root_)));
    }
}

int CommandLine::refuse(std::string_view message) const
{
    complain(message);
    return exit_code::usage;
}

} // namespace sluice
