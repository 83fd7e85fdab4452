// SPDX-License-Identifier: Apache-2.0
#include "blob/s3/aws_profile.h"

#include "async/worker_threads.h"
#include "base/text.h"
#include "blob/small_file.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr std::string_view spaces = " \t";

Error bad_line(std::size_t number)
{
    return {
        Errc::invalid,
        fmt::format("line {}: '[profile]', 'name = value' or a comment is accepted", number)};
}

// "[name]", "[profile name]", "[profile 'name']"; nothing for anything else.
std::optional<std::string> section_name(std::string_view line)
{
    const std::size_t end = line.find(']');
    if (!line.starts_with('[') || end == std::string_view::npos)
        return std::nullopt;
    std::string_view name = trim(line.substr(1, end - 1));
    const std::string_view word = "profile";
    const bool has_word = name.size() > word.size() && name.starts_with(word) &&
                          spaces.find(name[word.size()]) != std::string_view::npos;
    if (has_word)
        name = trim(name.substr(word.size()));
    const bool is_quoted = name.size() >= 2 && (name.front() == '"' || name.front() == '\'') &&
                           name.back() == name.front();
    if (is_quoted)
        name = name.substr(1, name.size() - 2);
    return std::string(name);
}

// "~/.aws/config" or what the variable says; empty when there is no home.
std::string
path_of(const Variables& variables, std::string_view variable, std::string_view below_home)
{
    const std::optional<std::string> given = value_of(variables, variable);
    const std::optional<std::string> home = value_of(variables, "HOME");
    if (given && !given->starts_with("~/"))
        return *given;
    if (!home)
        return "";
    return *home + (given ? given->substr(1) : std::string(below_home));
}

// Adds the profile's settings to those that are there; false when the file or the section is not.
Result<bool> add_profile(AwsProfile& profile, const std::string& path, std::string_view name)
{
    if (path.empty())
        return false;
    const Result<std::string> text = read_small_file(path);
    if (!text && text.error().code == Errc::not_found)
        return false;
    if (!text)
        return text.error();
    Result<std::optional<AwsProfile>> section = read_profile(*text, name);
    if (!section)
        return with_context(fmt::format("'{}'", printable(path)), section.error());
    if (!*section)
        return false;
    for (auto& [setting, value] : **section)
        profile.insert_or_assign(setting, std::move(value));
    return true;
}

Result<AwsProfile> read_files(const Variables& variables)
{
    const std::optional<std::string> asked = value_of(variables, "AWS_PROFILE");
    const std::string name = asked.value_or("default");
    AwsProfile profile;
    const Result<bool> in_config =
        add_profile(profile, path_of(variables, "AWS_CONFIG_FILE", "/.aws/config"), name);
    if (!in_config)
        return in_config.error();
    const Result<bool> in_credentials = add_profile(
        profile, path_of(variables, "AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials"), name
    );
    if (!in_credentials)
        return in_credentials.error();
    if (asked && !*in_config && !*in_credentials)
        return Error{
            Errc::invalid,
            fmt::format(
                "AWS_PROFILE '{}': a profile of the files config and credentials is accepted",
                printable(name)
            )};
    return profile;
}

} // namespace

Result<std::optional<AwsProfile>> read_profile(std::string_view text, std::string_view name)
{
    std::optional<AwsProfile> found;
    bool is_inside = false;   // of the section that is looked for
    bool has_section = false; // there was one at all
    std::size_t number = 0;
    for (const std::string& whole : split(text, '\n')) {
        ++number;
        const std::string_view line = trim(whole);
        const bool is_indented = !whole.empty() && spaces.find(whole[0]) != std::string_view::npos;
        if (line.empty() || line.starts_with('#') || line.starts_with(';'))
            continue;
        if (line.starts_with('[')) {
            const std::optional<std::string> section = section_name(line);
            if (!section)
                return bad_line(number);
            is_inside = *section == name;
            has_section = true;
            if (is_inside && !found)
                found.emplace();
            continue;
        }
        if (is_indented && has_section)
            continue; // a setting of the setting above
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos || equals == 0 || !has_section)
            return bad_line(number);
        if (is_inside)
            (*found)[to_lower(trim(line.substr(0, equals)))] = trim(line.substr(equals + 1));
    }
    return found;
}

Async<Result<AwsProfile>> load_profile(WorkerThreads& threads, Variables variables)
{
    auto work = [variables = std::move(variables)] { return read_files(variables); };
    co_return co_await threads.run(std::move(work));
}

} // namespace sluice
