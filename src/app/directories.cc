// SPDX-License-Identifier: Apache-2.0
#include "app/directories.h"

#include "base/os.h"
#include "store/url.h"

#include <cerrno>
#include <filesystem>
#include <sys/stat.h>

namespace sluice {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view in_memory = ":memory:";

Result<std::string> state_directory(const ConfigSources& sources)
{
    // The XDG specification: relative values are ignored.
    const auto state = sources.environment("XDG_STATE_HOME");
    if (state && state->starts_with('/'))
        return *state + "/sluice";
    const auto home = sources.environment("HOME");
    if (home && home->starts_with('/'))
        return *home + "/.local/state/sluice";
    return Error{
        Errc::invalid, "neither XDG_STATE_HOME nor HOME is set, so --db and --data-dir are needed"};
}

std::string absolute(const std::string& path, const ConfigSources& sources)
{
    return (fs::path(sources.working_directory) / path).lexically_normal();
}

// The path of an SQLite file; nothing for other databases and for memory.
std::optional<std::string> database_file(const DatabaseUrl& url)
{
    if (url.dialect != DatabaseUrl::Dialect::sqlite || url.target == in_memory)
        return std::nullopt;
    return url.target;
}

Result<void> place_database(Config& config, const ConfigSources& sources)
{
    if (config.db.empty()) {
        const Result<std::string> state = state_directory(sources);
        if (!state)
            return state.error();
        config.db = "sqlite://" + *state + "/sluice.db";
    }
    const Result<DatabaseUrl> url = parse_database_url(config.db);
    if (!url)
        return url.error();
    if (const std::optional<std::string> file = database_file(*url))
        config.db = "sqlite://" + absolute(*file, sources) + url->query;
    return {};
}

Result<void> place_data(Config& config, const ConfigSources& sources)
{
    if (!config.data_directory.empty()) {
        config.data_directory = absolute(config.data_directory, sources);
        return {};
    }
    const Result<DatabaseUrl> url = parse_database_url(config.db);
    if (const std::optional<std::string> file = database_file(*url)) {
        config.data_directory = fs::path(*file).parent_path();
        return {};
    }
    Result<std::string> state = state_directory(sources);
    if (!state)
        return state.error();
    config.data_directory = *std::move(state);
    return {};
}

} // namespace

Result<void> place_directories(Config& config, const ConfigSources& sources)
{
    if (const Result<void> placed = place_database(config, sources); !placed)
        return placed;
    if (!config.secrets_directory.empty())
        config.secrets_directory = absolute(config.secrets_directory, sources);
    return place_data(config, sources);
}

Result<void> make_directory(const std::string& path)
{
    const fs::path folder(path);
    if (folder.has_parent_path() && !fs::exists(folder.parent_path()))
        if (const Result<void> made = make_directory(folder.parent_path()); !made)
            return made;
    if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        return os_error("create the directory", path, errno);
    return {};
}

Result<void> make_database_folder(const Config& config)
{
    const Result<DatabaseUrl> url = parse_database_url(config.db);
    if (!url)
        return url.error();
    if (const std::optional<std::string> file = database_file(*url))
        return make_directory(fs::path(*file).parent_path());
    return {};
}

} // namespace sluice
