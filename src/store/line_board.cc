// SPDX-License-Identifier: Apache-2.0
#include "store/line_board.h"

#include <algorithm>
#include <tuple>

namespace sluice {

namespace {

bool before(const GatedRow& a, const GatedRow& b)
{
    return std::tie(a.nprio, a.task) < std::tie(b.nprio, b.task);
}

} // namespace

void LineBoard::refresh(RuleTables& tables)
{
    if (fresh_)
        return;
    lines_.clear();
    held_up_.clear();
    for (const GatedRow& head : tables.line_heads())
        lines_[head.line].head = head;
    fresh_ = true;
}

void LineBoard::put(const GatedRow& row)
{
    if (!fresh_)
        return; // found by the next look
    const auto [place, is_new] = lines_.try_emplace(row.line);
    Line& line = place->second;
    if (!is_new && !before(row, line.head))
        return;
    line.head = row;
    line.held_up.reset();
}

std::vector<GatedRow> LineBoard::open_lines() const
{
    std::vector<GatedRow> heads;
    for (const auto& [key, line] : lines_)
        if (!line.held_up)
            heads.push_back(line.head);
    std::ranges::sort(heads, before);
    return heads;
}

void LineBoard::hold_up(const LineKey& line, const CounterKey& counter)
{
    lines_.at(line).held_up = counter;
    held_up_[counter].insert(line);
}

void LineBoard::advance(const GatedRow& taken)
{
    GatedRow& head = lines_.at(taken.line).head;
    head = taken;
    ++head.task.value;
}

void LineBoard::fell(const CounterKey& counter)
{
    const auto waiting = held_up_.extract(counter);
    if (waiting.empty())
        return;
    for (const LineKey& key : waiting.mapped()) {
        const auto line = lines_.find(key);
        if (line != lines_.end() && line->second.held_up == counter)
            line->second.held_up.reset();
    }
}

std::set<QueueId> LineBoard::queues() const
{
    std::set<QueueId> queues;
    for (const auto& [key, line] : lines_)
        queues.insert(key.queue);
    return queues;
}

} // namespace sluice
