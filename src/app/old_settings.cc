// SPDX-License-Identifier: Apache-2.0
#include "app/old_settings.h"

#include "app/setting_values.h"
#include "base/text.h"

#include <algorithm>
#include <iterator>

namespace sluice {

namespace {

constexpr std::string_view levels[] = {"trace", "debug", "info", "warn", "error", "off"};

// How far from the most detailed one; nothing: it is no level.
std::optional<std::size_t> rank_of(std::string_view level)
{
    const auto found = std::ranges::find(levels, to_lower(level));
    if (found == std::end(levels))
        return std::nullopt;
    return static_cast<std::size_t>(found - std::begin(levels));
}

} // namespace

Result<void> set_port(Config& config, std::string_view text)
{
    const auto port = whole_number<std::uint16_t>(text);
    if (!port)
        return refuse("a port, from 0 to 65535", text);
    config.listen.port = *port;
    return {};
}

Result<void> set_rust_log(Config& config, std::string_view text)
{
    std::optional<std::size_t> alone;
    std::optional<std::size_t> most_detailed;
    for (const std::string& part : split(text, ',')) {
        const std::string_view item = trim(part);
        if (item.empty())
            continue;
        const std::size_t equals = item.rfind('=');
        const bool is_alone = equals == std::string_view::npos;
        const auto rank = rank_of(is_alone ? item : trim(item.substr(equals + 1)));
        if (!rank)
            return refuse("levels: trace, debug, info, warn, error, off, or part=level, …", text);
        if (is_alone)
            alone = rank;
        most_detailed = std::min(most_detailed.value_or(*rank), *rank);
    }
    if (const std::optional<std::size_t> rank = alone ? alone : most_detailed)
        config.log = levels[*rank];
    return {};
}

} // namespace sluice
