// SPDX-License-Identifier: Apache-2.0
#include "store/match_book.h"

#include "base/json.h"
#include "model/json/json_contains.h"
#include "model/task/match_key.h"

#include <algorithm>
#include <utility>

namespace sluice {

struct MatchBook::Pattern {
    std::string key;
    Json values;
};

namespace {

bool is_in(const SignatureRow& signature, TaskState state)
{
    if (state == signature.status)
        return true;
    return signature.use != MatchUse::find && signature.status == TaskState::running &&
           state == TaskState::claimed;
}

std::int64_t amount_of(const SignatureRow& signature, const SubjectRow& subject)
{
    return signature.use == MatchUse::sum ? subject.left : 1;
}

} // namespace

void MatchBook::refresh(RuleTables& tables)
{
    if (std::exchange(is_checked_, true))
        return;
    const std::int64_t version = tables.signatures_version();
    if (version == version_)
        return;
    signatures_.clear();
    by_kind_.clear();
    kinds_.clear();
    patterns_.clear();
    pattern_keys_.clear();
    for (const SignatureRow& row : tables.signatures())
        add(row);
    for (const PatternRow& row : tables.patterns())
        add(row);
    version_ = version;
}

const SignatureRow* MatchBook::find(const SignatureRow& like) const
{
    const auto known = by_kind_.find(like.kind);
    if (known == by_kind_.end())
        return nullptr;
    for (const SignatureId id : known->second) {
        const SignatureRow& row = signatures_.at(id);
        if (row.use == like.use && row.status == like.status && row.fields == like.fields)
            return &row;
    }
    return nullptr;
}

std::size_t MatchBook::patterns_of(SignatureId id) const
{
    const auto found = patterns_.find(id);
    return found == patterns_.end() ? 0 : found->second.size();
}

void MatchBook::add(const SignatureRow& row)
{
    std::vector<SignatureId>& same_kind = by_kind_[row.kind];
    if (same_kind.empty())
        kinds_.push_back(row.kind);
    same_kind.push_back(row.id);
    signatures_.emplace(row.id, row);
}

void MatchBook::add(const PatternRow& row)
{
    Result<Json> values = parse_json(row.values);
    if (!values || !pattern_keys_.insert(row.counter).second)
        return;
    patterns_[row.counter.signature].push_back(std::make_shared<const Pattern>(Pattern{
        row.counter.key, std::move(*values)}));
}

std::vector<MemberRow> MatchBook::groups_of(const SubjectRow& subject) const
{
    const auto same_kind = by_kind_.find(subject.kind);
    if (same_kind == by_kind_.end())
        return {};
    std::vector<MemberRow> groups;
    std::optional<Json> metadata; // read when it is needed
    for (const SignatureId id : same_kind->second) {
        const SignatureRow& signature = signatures_.at(id);
        const std::int64_t amount = amount_of(signature, subject);
        if (!is_in(signature, subject.state) || amount == 0)
            continue;
        if (!metadata)
            metadata = parse_metadata(subject.metadata);
        const std::optional<MatchKey> key = match_key(signature.fields, *metadata);
        if (!key)
            continue;
        if (!key->pattern)
            groups.push_back({subject.task, {id, key->key}, amount});
        if (const auto patterns = patterns_.find(id); patterns != patterns_.end())
            for (const auto& pattern : patterns->second)
                if (contains(*metadata, pattern->values))
                    groups.push_back({subject.task, {id, pattern->key}, amount});
    }
    std::ranges::sort(groups);
    return groups;
}

std::vector<MemberRow> MatchBook::groups_of(SubjectRow subject, TaskState state) const
{
    subject.state = state;
    return groups_of(subject);
}

} // namespace sluice
