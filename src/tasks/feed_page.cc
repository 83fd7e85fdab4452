// SPDX-License-Identifier: Apache-2.0
#include "tasks/feed_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

namespace sluice {

namespace {

std::optional<std::int64_t> read_number(std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < 0)
        return std::nullopt;
    return number;
}

std::map<TaskId, TaskLabel> labels_of(Reads& reads, const std::vector<ChangeRow>& rows)
{
    std::vector<TaskId> tasks;
    for (const ChangeRow& row : rows)
        for (const Move& move : row.moves)
            tasks.push_back(move.task);
    std::ranges::sort(tasks);
    const auto again = std::ranges::unique(tasks);
    tasks.erase(again.begin(), again.end());
    std::map<TaskId, TaskLabel> labels;
    for (TaskLabel& label : reads.service().labels(tasks))
        labels.emplace(label.task, std::move(label));
    return labels;
}

} // namespace

std::string format_place(const FeedPlace& place)
{
    if (place.move == FeedPlace::whole_row)
        return fmt::format("{}", place.change);
    return fmt::format("{}.{}", place.change, place.move);
}

std::optional<FeedPlace> parse_place(std::string_view text)
{
    const std::size_t point = text.find('.');
    const std::optional<std::int64_t> change = read_number(text.substr(0, point));
    if (!change)
        return std::nullopt;
    if (point == std::string_view::npos)
        return FeedPlace{*change};
    const std::optional<std::int64_t> move = read_number(text.substr(point + 1));
    return move ? std::optional(FeedPlace{*change, *move}) : std::nullopt;
}

FeedPage read_page(Reads& reads, std::int64_t after, std::size_t limit)
{
    const std::vector<ChangeRow> rows = reads.service().changes(after, limit);
    const std::map<TaskId, TaskLabel> labels = labels_of(reads, rows);
    FeedPage page;
    page.last = rows.empty() ? after : rows.back().id;
    for (const ChangeRow& row : rows)
        for (std::size_t i = 0; i < row.moves.size(); ++i) {
            const Move& move = row.moves[i];
            if (const auto label = labels.find(move.task); label != labels.end())
                page.events.push_back(
                    {{row.id, static_cast<std::int64_t>(i)}, row.at, move, label->second}
                );
        }
    return page;
}

} // namespace sluice
