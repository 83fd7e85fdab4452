// SPDX-License-Identifier: Apache-2.0
// Format of the query part: https://www.sqlite.org/uri.html, of which we take `mode` alone.
#include "store/url.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

constexpr std::string_view scheme = "sqlite://";
constexpr std::string_view accepted = "sqlite:///path, postgresql://… or a path is accepted";

Error refusal(std::string_view url, std::string_view reason)
{
    return {Errc::invalid, fmt::format("database URL '{}': {}", url, reason)};
}

Result<void> take_mode(DatabaseUrl& parsed, std::string_view url, std::string_view mode)
{
    parsed.must_exist = mode == "rw";
    if (mode == "rw" || mode == "rwc")
        return {};
    if (mode == "ro")
        return refusal(url, "mode=ro: a database that cannot be written is of no use here");
    if (mode == "memory")
        return refusal(url, "mode=memory: a database in memory is sqlite://:memory:");
    return refusal(url, fmt::format("mode={}: mode is rw or rwc", mode));
}

// `query` begins with its question mark.
Result<void> read_query(DatabaseUrl& parsed, std::string_view url, std::string_view query)
{
    constexpr std::string_view mode = "mode=";
    while (!query.empty()) {
        query.remove_prefix(1);
        const std::string_view part = query.substr(0, query.find('&'));
        query.remove_prefix(part.size());
        if (part.starts_with(mode)) {
            if (Result<void> taken = take_mode(parsed, url, part.substr(mode.size())); !taken)
                return taken;
        } else if (!part.empty()) {
            parsed.warnings.push_back(fmt::format("database URL: '{}' is ignored", part));
        }
    }
    return {};
}

} // namespace

Result<DatabaseUrl> parse_database_url(std::string_view url)
{
    // What follows would not be read. The text is not shown: it may have a password.
    if (const std::size_t nul = url.find('\0'); nul != std::string_view::npos)
        return Error{
            Errc::invalid,
            fmt::format(
                "database URL: text without NUL is accepted, not with one at byte {}", nul
            )};
    DatabaseUrl parsed;
    if (url.starts_with("postgres://") || url.starts_with("postgresql://")) {
        parsed.dialect = DatabaseUrl::Dialect::postgres;
        parsed.target = url;
        return parsed;
    }
    for (const std::string_view torn : {"postgres:", "postgresql:"})
        if (url.starts_with(torn)) // a password may follow
            return refusal(fmt::format("{}…", torn), accepted);
    const bool is_url = url.starts_with(scheme);
    std::string_view path = is_url ? url.substr(scheme.size()) : url;
    const std::size_t question = std::min(path.find('?'), path.size());
    const std::string_view query = path.substr(question);
    path = path.substr(0, question);
    const bool is_torn = path.starts_with("sqlite:") || path.find("://") != std::string_view::npos;
    if (!is_url && is_torn)
        return refusal(url, accepted);
    if (path.empty())
        return Error{Errc::invalid, fmt::format("database URL '{}' names no file", url)};

    if (Result<void> read = read_query(parsed, url, query); !read)
        return read.error();
    parsed.target = path;
    parsed.query = query;
    return parsed;
}

Result<void> check_has_schemas(const DatabaseUrl& url)
{
    if (url.dialect == DatabaseUrl::Dialect::postgres)
        return {};
    return Error{
        Errc::invalid, "a schema needs PostgreSQL; give each tenant an SQLite file of its own"};
}

} // namespace sluice
