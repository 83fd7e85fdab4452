// SPDX-License-Identifier: Apache-2.0
#include "app/config.h"

#include "app/directories.h"
#include "app/idle_variables.h"
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
    SetSetting set;
};

std::optional<Given> find_variable(const ConfigSources& sources, std::string name, SetSetting set)
{
    std::optional<std::string> text = sources.environment(name);
    if (!text || text->empty())
        return std::nullopt;
    return Given{std::move(name), *std::move(text), set};
}

std::optional<Given> find_old_variable(const Setting& setting, const ConfigSources& sources)
{
    if (sources.old_names == OldNames::ignored)
        return std::nullopt;
    const SetSetting set = setting.set_old ? setting.set_old : setting.set;
    for (const std::string_view name : {setting.old_variable, setting.older_variable})
        if (!name.empty())
            if (auto given = find_variable(sources, std::string(name), set))
                return given;
    return std::nullopt;
}

std::optional<Given>
find_given(const Setting& setting, const ConfigSources& sources, const Texts& file)
{
    if (const auto flag = sources.flags.find(setting.name); flag != sources.flags.end())
        return Given{setting.flag(), flag->second, setting.set};
    if (auto given = find_variable(sources, setting.variable(), setting.set))
        return given;
    if (auto given = find_old_variable(setting, sources))
        return given;
    if (const auto entry = file.find(setting.name); entry != file.end())
        return Given{
            printable_path(sources.file) + ": " + entry->first, entry->second, setting.set};
    return std::nullopt;
}

Result<void> take_settings(Config& config, const ConfigSources& sources, const Texts& file)
{
    for (const Setting& setting : settings()) {
        const std::optional<Given> given = find_given(setting, sources, file);
        if (!given)
            continue;
        const Result<void> taken = given->set(config, given->text);
        if (!taken)
            return with_context(given->source, taken.error());
        config.origins.emplace(setting.name, given->source);
    }
    return {};
}

} // namespace

Result<Config> read_config(const ConfigSources& sources)
{
    const Result<Texts> file = read_file(sources.file);
    if (!file)
        return file.error();
    Config config;
    Result<void> good = take_settings(config, sources, *file);
    if (good && sources.old_names == OldNames::accepted)
        good = check_idle_variables(sources);
    if (good)
        good = place_directories(config, sources);
    if (!good)
        return good.error();
    return config;
}

} // namespace sluice
