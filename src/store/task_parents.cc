// SPDX-License-Identifier: Apache-2.0
#include "store/task_parents.h"

#include <charconv>
#include <optional>
#include <utility>

namespace sluice {

namespace {

void append(const std::vector<TaskId>& ids, std::string& text)
{
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (i > 0)
            text += ',';
        text += std::to_string(ids[i].value);
    }
}

// Nothing: what stands there is no list of ids.
std::optional<std::vector<TaskId>> parse_ids(std::string_view text)
{
    std::vector<TaskId> ids;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end) {
        if (!ids.empty() && *at++ != ',')
            return std::nullopt;
        TaskId id;
        const auto [rest, error] = std::from_chars(at, end, id.value);
        if (error != std::errc() || id.value <= 0)
            return std::nullopt;
        ids.push_back(id);
        at = rest;
    }
    return ids;
}

} // namespace

std::string format_parents(const TaskParents& parents)
{
    std::string text;
    append(parents.dependencies, text);
    if (!parents.named.empty()) {
        text += ';';
        append(parents.named, text);
    }
    return text;
}

Result<TaskParents> parse_parents(std::string_view text)
{
    const std::size_t middle = text.find(';');
    auto dependencies = parse_ids(text.substr(0, middle));
    auto named = parse_ids(middle == text.npos ? "" : text.substr(middle + 1));
    if (!dependencies || !named || (middle != text.npos && named->empty()))
        return Error{Errc::corrupt, "the parents of a task are no list of ids"};
    return TaskParents{std::move(*dependencies), std::move(*named)};
}

} // namespace sluice
