// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/feed.h"

#include "store/outside_tables.h"
#include "store/use_cases/context.h"

namespace sluice {

namespace {

constexpr Micros kept = std::chrono::hours(1);
// Old rows go a few at a time, now and then: more than come meanwhile.
constexpr std::uint64_t groups_between = 64;
constexpr std::size_t removed_at_once = 256;

// Of runs that are not locked only claims move tasks, and those say what they are.
bool is_of_service(WriteContext& context, const Move& move)
{
    const RunRow* run = context.runs.find(move.run);
    return !run || run->kind == RunKind::batch;
}

void add_to_tally(Tally& tally, const std::vector<Move>& moves)
{
    for (const Move& move : moves) {
        const auto to = static_cast<std::size_t>(move.to);
        if (move.from) {
            ++tally.moves.at(static_cast<std::size_t>(*move.from)).at(to);
        } else {
            ++tally.created;
            tally.with_parents += move.to == TaskState::waiting;
        }
    }
}

} // namespace

void publish_moves(WriteContext& context)
{
    std::erase_if(context.moves, [&](const Move& move) { return !is_of_service(context, move); });
    if (context.moves.empty())
        return;
    add_to_tally(context.tally, context.moves);
    context.tables.outside().insert_change(context.now, format_moves(context.moves));
    context.changes.moved = true;
    if (context.group_number % groups_between == 0)
        context.tables.outside().delete_changes(context.now - kept, removed_at_once);
}

} // namespace sluice
