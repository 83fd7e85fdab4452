// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/signatures.h"

#include "store/failure.h"

#include <fmt/format.h>

#include <functional>

namespace sluice {

namespace {

[[noreturn]] void refuse(std::string detail)
{
    throw StoreFailure(StoreFailure::Kind::refused, Error{Errc::overloaded, std::move(detail)});
}

SignatureId next_id(WriteContext& context)
{
    return SignatureId{context.tables.next_ids(Tables::Sequence::signature, 1).front()};
}

// Counts the tasks that there are already.
void count_present(
    WriteContext& context, const SignatureRow& signature,
    const std::function<bool(const CounterKey&)>& is_new
)
{
    constexpr std::size_t piece = 1000;
    const bool leased =
        signature.status == TaskState::running || signature.status == TaskState::claimed;
    const auto among = leased ? RuleTables::Among::leased : RuleTables::Among::all;
    TaskId after;
    for (;;) {
        const std::vector<SubjectRow> subjects =
            context.tables.rules().subjects_of_kind(signature.kind, among, after, piece);
        std::vector<MemberRow> members;
        for (const SubjectRow& subject : subjects)
            for (MemberRow& member : context.book.groups_of(subject))
                if (is_new(member.counter))
                    members.push_back(std::move(member));
        if (signature.use != MatchUse::find)
            for (const MemberRow& member : members)
                context.counting.changes[member.counter] += member.amount;
        if (!members.empty())
            context.tables.rules().insert_members(members);
        if (subjects.size() < piece)
            return;
        after = subjects.back().task;
    }
}

const SignatureRow& signature_of(WriteContext& context, const SignatureRow& like)
{
    if (const SignatureRow* known = context.book.find(like))
        return *known;
    if (!context.may_register)
        throw MustRegister();
    if (context.book.size() >= MatchBook::signatures_max)
        refuse(fmt::format(
            "rules and deduplication use {} combinations of kind, status and fields already, which "
            "is the limit",
            MatchBook::signatures_max
        ));
    SignatureRow row = like;
    row.id = next_id(context);
    context.tables.rules().insert_signature(row);
    context.book.add(row);
    count_present(context, row, [&](const CounterKey& key) { return key.signature == row.id; });
    return context.book.at(row.id);
}

void ensure_pattern(WriteContext& context, const SignatureRow& signature, const PatternRow& row)
{
    if (context.book.knows(row.counter))
        return;
    if (!context.may_register)
        throw MustRegister();
    if (context.book.patterns_of(signature.id) >= MatchBook::patterns_max)
        refuse(fmt::format(
            "rules and deduplication for kind '{}' look for {} different lists and objects "
            "already, "
            "which is the limit",
            signature.kind, MatchBook::patterns_max
        ));
    context.tables.rules().insert_pattern(next_id(context), row);
    context.book.add(row);
    count_present(context, signature, [&](const CounterKey& key) { return key == row.counter; });
}

} // namespace

CounterKey counter_of(WriteContext& context, const SignatureRow& like, const MatchKey& key)
{
    context.book.refresh(context.tables.rules());
    const SignatureRow& signature = signature_of(context, like);
    const CounterKey counter{signature.id, key.key};
    if (key.pattern)
        ensure_pattern(context, signature, {counter, *key.pattern});
    return counter;
}

} // namespace sluice
