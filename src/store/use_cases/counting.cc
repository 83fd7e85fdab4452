// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/counting.h"

#include "store/use_cases/context.h"
#include "store/use_cases/signatures.h"

#include <algorithm>
#include <iterator>

namespace sluice {

namespace {

// A counter that falls lets others go on, here and in other processes.
void note_change(WriteContext& context, const MemberRow& member, std::int64_t amount)
{
    if (context.book.at(member.counter.signature).use == MatchUse::find)
        return;
    context.counting.changes[member.counter] += amount;
    if (amount >= 0)
        return;
    context.lines.refresh(context.tables.rules());
    context.lines.fell(member.counter);
}

void wake_lines(WriteContext& context)
{
    for (const QueueId queue : context.lines.queues())
        if (QueueBoard::Name name = context.board.open_name(context.tables, queue))
            context.changes.ready_queues.push_back(std::move(name));
}

} // namespace

void settle_members(WriteContext& context)
{
    count_registered(context);
    std::vector<TaskId> touched = std::exchange(context.counting.touched, {});
    if (touched.empty())
        return;
    RuleTables& tables = context.tables.rules();
    context.book.refresh(tables);
    if (context.book.kinds().empty())
        return;
    sort_unique(touched);
    std::vector<MemberRow> wanted;
    std::vector<TaskId> known;
    for (const SubjectRow& subject : tables.subjects(touched, context.book.kinds())) {
        known.push_back(subject.task);
        std::ranges::move(context.book.groups_of(subject), std::back_inserter(wanted));
    }
    if (known.empty())
        return;
    std::vector<MemberRow> present = tables.members(known);
    std::ranges::sort(wanted);
    std::ranges::sort(present);
    std::vector<MemberRow> gone;
    std::vector<MemberRow> come;
    std::ranges::set_difference(present, wanted, std::back_inserter(gone));
    std::ranges::set_difference(wanted, present, std::back_inserter(come));
    for (const MemberRow& member : gone)
        note_change(context, member, -member.amount);
    for (const MemberRow& member : come)
        note_change(context, member, member.amount);
    if (!gone.empty()) {
        tables.delete_members(gone);
        wake_lines(context);
    }
    if (!come.empty())
        tables.insert_members(come);
}

std::map<CounterKey, std::int64_t>
write_counters(WriteContext& context, std::span<const CounterKey> also)
{
    std::map<CounterKey, std::int64_t> changes = std::exchange(context.counting.changes, {});
    std::erase_if(changes, [](const auto& entry) { return entry.second == 0; });
    for (const CounterKey& key : also)
        changes.try_emplace(key, 0);
    std::vector<CounterRow> rows;
    for (const auto& [key, change] : changes) {
        rows.push_back({key, change});
        context.counting.written.insert(key);
    }
    std::map<CounterKey, std::int64_t> totals;
    if (rows.empty())
        return totals;
    for (const CounterRow& row : context.tables.rules().add_to_counters(rows))
        totals[row.counter] = row.total;
    return totals;
}

void finish_counting(WriteContext& context)
{
    settle_members(context);
    write_counters(context, {});
    const std::vector<CounterKey> written(
        context.counting.written.begin(), context.counting.written.end()
    );
    if (!written.empty())
        context.tables.rules().delete_empty_counters(written);
}

void stop_counting(WriteContext& context, const std::vector<MemberRow>& members)
{
    if (members.empty())
        return;
    context.book.refresh(context.tables.rules());
    for (const MemberRow& member : members)
        note_change(context, member, -member.amount);
    wake_lines(context);
}

} // namespace sluice
