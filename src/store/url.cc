// SPDX-License-Identifier: Apache-2.0
#include "store/url.h"

#include <fmt/format.h>

namespace sluice {

Result<DatabaseUrl> parse_database_url(std::string_view url)
{
    DatabaseUrl parsed;
    if (url.starts_with("postgres://") || url.starts_with("postgresql://")) {
        parsed.dialect = DatabaseUrl::Dialect::postgres;
        parsed.target = url;
        return parsed;
    }
    constexpr std::string_view scheme = "sqlite://";
    const bool is_url = url.starts_with(scheme);
    const bool is_torn = url.starts_with("sqlite:") || url.find("://") != std::string_view::npos;
    if (!is_url && is_torn)
        return Error{
            Errc::invalid,
            fmt::format(
                "database URL '{}': sqlite:///path, postgresql://… or a path is accepted", url
            )};

    std::string_view path = is_url ? url.substr(scheme.size()) : url;
    const std::size_t question = is_url ? path.find('?') : std::string_view::npos;
    if (question != std::string_view::npos) {
        parsed.warnings.push_back(
            fmt::format("database URL: '{}' is ignored", path.substr(question))
        );
        path = path.substr(0, question);
    }
    if (path.empty())
        return Error{Errc::invalid, fmt::format("database URL '{}' names no file", url)};
    parsed.target = path;
    return parsed;
}

} // namespace sluice
