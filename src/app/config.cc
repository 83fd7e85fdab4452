// SPDX-License-Identifier: Apache-2.0
#include "app/config.h"

#include "app/directories.h"
#include "base/os.h"
#include "base/yaml.h"
#include "model/validation.h"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <sstream>

namespace sluice {

namespace {

using Texts = std::map<std::string, std::string, std::less<>>;

std::vector<std::string> names()
{
    std::vector<std::string> all;
    for (const Setting& setting : settings())
        all.emplace_back(setting.name);
    return all;
}

Result<std::string> read_text(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (file)
        text << file.rdbuf();
    if (!file || text.fail())
        return os_error("read", path, errno);
    return text.str();
}

std::string text_of(const Json& value)
{
    return value.is_string() ? value.get<std::string>() : dump_json(value);
}

Result<Texts> read_file(const std::string& path)
{
    Texts texts;
    if (path.empty())
        return texts;
    const Result<std::string> content = read_text(path);
    if (!content)
        return content.error();
    const Result<Json> document = parse_yaml(*content);
    if (!document)
        return with_context(printable_path(path), document.error());
    if (!document->is_object())
        return Error{Errc::invalid, printable_path(path) + ": must be an object of settings"};
    for (const auto& [key, value] : document->items()) {
        const std::vector<std::string> known = names();
        if (std::find(known.begin(), known.end(), key) == known.end())
            return Error{
                Errc::invalid,
                fmt::format(
                    "{}: unknown setting '{}'{}", printable_path(path), key, suggest(key, known)
                )};
        texts.emplace(key, text_of(value));
    }
    return texts;
}

// The strongest source that has the setting: its text, and what messages call it.
struct Given {
    std::string source;
    std::string text;
};

std::optional<Given>
find_given(const Setting& setting, const ConfigSources& sources, const Texts& file)
{
    if (const auto flag = sources.flags.find(setting.name); flag != sources.flags.end())
        return Given{setting.flag(), flag->second};
    if (auto text = sources.environment(setting.variable()); text && !text->empty())
        return Given{setting.variable(), *std::move(text)};
    if (!setting.old_variable.empty())
        if (auto text = sources.environment(std::string(setting.old_variable));
            text && !text->empty())
            return Given{std::string(setting.old_variable), *std::move(text)};
    if (const auto entry = file.find(setting.name); entry != file.end())
        return Given{printable_path(sources.file) + ": " + entry->first, entry->second};
    return std::nullopt;
}

} // namespace

Result<Config> read_config(const ConfigSources& sources)
{
    const Result<Texts> file = read_file(sources.file);
    if (!file)
        return file.error();
    Config config;
    for (const Setting& setting : settings()) {
        const std::optional<Given> given = find_given(setting, sources, *file);
        if (!given)
            continue;
        const Result<void> taken = setting.set(config, given->text);
        if (!taken)
            return with_context(given->source, taken.error());
    }
    const Result<void> placed = place_directories(config, sources);
    if (!placed)
        return placed.error();
    return config;
}

} // namespace sluice
