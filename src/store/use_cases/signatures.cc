// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/signatures.h"

#include "base/text.h"
#include "model/task/task_words.h"
#include "store/failure.h"
#include "store/gates.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace sluice {

namespace {

// To ask again helps only once others need less: no 503.
[[noreturn]] void refuse(std::string detail)
{
    throw StoreFailure(StoreFailure::Kind::refused, Error{Errc::conflict, std::move(detail)});
}

[[noreturn]] void refuse_signature()
{
    refuse(fmt::format(
        "rules and deduplication use {} combinations of kind, status and fields already, which is "
        "the limit: use one of those",
        MatchBook::signatures_max
    ));
}

[[noreturn]] void refuse_pattern(const SignatureRow& signature, const PatternRow& row)
{
    constexpr std::size_t shown_max = 200;
    const bool is_long = row.values.size() > shown_max;
    refuse(fmt::format(
        "{} {} tasks of kind '{}' by {}: {}{} is one list or object too many; at most {} different "
        "ones are accepted while tasks count under them or wait by them: use one of those, numbers "
        "or texts, or try again when tasks have ended",
        signature.use == MatchUse::find ? "dedupe_strategy that finds" : "rules that count",
        task_status_names.name(signature.status), printable(signature.kind),
        printable(join(signature.fields, ", ")), printable(row.values.substr(0, shown_max)),
        is_long ? "…" : "", MatchBook::patterns_max
    ));
}

SignatureId next_id(WriteContext& context)
{
    return SignatureId{context.tables.next_ids(Tables::Sequence::signature, 1).front()};
}

const SignatureRow& signature_of(WriteContext& context, const SignatureRow& like)
{
    if (const SignatureRow* known = context.book.find(like))
        return *known;
    if (!context.may_register)
        throw MustRegister();
    if (context.book.size() >= MatchBook::signatures_max)
        refuse_signature();
    SignatureRow row = like;
    row.id = next_id(context);
    context.tables.rules().insert_signature(row);
    context.book.add(row);
    context.counting.uncounted[row.id] = {row.id, true, {}};
    return context.book.at(row.id);
}

void erase_named(std::vector<CounterKey>& patterns, const std::vector<std::string>& gates)
{
    std::set<CounterKey> named;
    for (const std::string& text : gates)
        for (Gate& gate : parse_gates(text))
            named.insert(std::move(gate.counter));
    std::erase_if(patterns, [&](const CounterKey& key) { return named.contains(key); });
}

// Removes the patterns that no task needs: none is in the group, none that is not final waits by it
// or may come to, and this group has not asked for it. No other group is under way anywhere, and
// those that come later see that something was registered, for that is what room is made for: they
// read all again. Who needs such a pattern later registers it anew.
void remove_idle_patterns(WriteContext& context, const SignatureRow& signature)
{
    RuleTables& tables = context.tables.rules();
    std::vector<CounterKey> idle = tables.memberless_patterns(signature.id);
    std::erase_if(idle, [&](const CounterKey& key) {
        return context.counting.asked.contains(key);
    });
    if (!idle.empty() && signature.use != MatchUse::find) // no gate is made of those
        erase_named(idle, tables.live_gates(signature.id));
    if (idle.empty())
        return;
    sort_unique(idle);
    tables.delete_patterns(idle);
    for (const CounterKey& key : idle)
        context.book.remove(key);
}

void register_pattern(WriteContext& context, const SignatureRow& signature, const PatternRow& row)
{
    if (!context.may_register)
        throw MustRegister();
    if (context.book.patterns_of(signature.id) >= MatchBook::patterns_max)
        remove_idle_patterns(context, signature);
    if (context.book.patterns_of(signature.id) >= MatchBook::patterns_max)
        refuse_pattern(signature, row);
    context.tables.rules().insert_pattern(next_id(context), row);
    context.book.add(row);
    GroupSet& uncounted = context.counting.uncounted[signature.id];
    uncounted.signature = signature.id;
    uncounted.patterns.insert(row.counter.key);
}

void count_present(WriteContext& context, const GroupSet& groups)
{
    constexpr std::size_t piece = 1000;
    RuleTables& tables = context.tables.rules();
    const SignatureRow& signature = context.book.at(groups.signature);
    const bool leased =
        signature.status == TaskState::running || signature.status == TaskState::claimed;
    const auto among = leased ? RuleTables::Among::leased : RuleTables::Among::all;
    TaskId after;
    for (;;) {
        const std::vector<SubjectRow> subjects =
            tables.subjects_of_kind(signature.kind, among, after, piece);
        std::vector<MemberRow> members;
        for (const SubjectRow& subject : subjects)
            std::ranges::move(context.book.groups_of(subject, groups), std::back_inserter(members));
        if (signature.use != MatchUse::find)
            for (const MemberRow& member : members)
                context.counting.changes[member.counter] += member.amount;
        if (!members.empty())
            tables.insert_members(members);
        if (subjects.size() < piece)
            return;
        after = subjects.back().task;
    }
}

} // namespace

CounterKey counter_of(WriteContext& context, const SignatureRow& like, const MatchKey& key)
{
    context.book.refresh(context.tables.rules());
    const SignatureRow& signature = signature_of(context, like);
    CounterKey counter{signature.id, key.key};
    if (!key.pattern)
        return counter;
    if (!context.book.knows(counter))
        register_pattern(context, signature, {counter, *key.pattern});
    context.counting.asked.insert(counter);
    return counter;
}

void count_registered(WriteContext& context)
{
    const std::map<SignatureId, GroupSet> uncounted = std::exchange(context.counting.uncounted, {});
    for (const auto& [id, groups] : uncounted)
        count_present(context, groups);
}

} // namespace sluice
