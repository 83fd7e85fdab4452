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
    ++additions_;
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
    ++additions_;
    patterns_[row.counter.signature].push_back(std::make_shared<const Pattern>(Pattern{
        row.counter.key, std::move(*values)}));
}

void MatchBook::remove(const CounterKey& pattern)
{
    pattern_keys_.erase(pattern);
    if (const auto same = patterns_.find(pattern.signature); same != patterns_.end())
        std::erase_if(same->second, [&](const auto& known) { return known->key == pattern.key; });
}

// The groups of one task, signature by signature.
class MatchBook::Search {
public:
    Search(const MatchBook& book, const SubjectRow& subject) : book_(book), subject_(subject) {}

    // With `patterns`: of the groups only theirs.
    void look(SignatureId id, const std::set<std::string>* patterns)
    {
        const SignatureRow& signature = book_.signatures_.at(id);
        const std::int64_t amount = amount_of(signature, subject_);
        if (!is_in(signature, subject_.state) || amount == 0)
            return;
        if (!metadata_)
            metadata_ = parse_metadata(subject_.metadata);
        const std::optional<MatchKey> key = match_key(signature.fields, *metadata_);
        if (!key)
            return;
        if (!key->pattern && !patterns)
            groups_.push_back({subject_.task, {id, key->key}, amount});
        const auto known = book_.patterns_.find(id);
        if (known == book_.patterns_.end())
            return;
        for (const auto& pattern : known->second)
            if ((!patterns || patterns->contains(pattern->key)) &&
                contains(*metadata_, pattern->values))
                groups_.push_back({subject_.task, {id, pattern->key}, amount});
    }

    std::vector<MemberRow> take()
    {
        std::ranges::sort(groups_);
        return std::move(groups_);
    }

private:
    const MatchBook& book_;
    const SubjectRow& subject_;
    std::optional<Json> metadata_; // read when it is needed
    std::vector<MemberRow> groups_;
};

std::vector<MemberRow> MatchBook::groups_of(const SubjectRow& subject) const
{
    const auto same_kind = by_kind_.find(subject.kind);
    if (same_kind == by_kind_.end())
        return {};
    Search search(*this, subject);
    for (const SignatureId id : same_kind->second)
        search.look(id, nullptr);
    return search.take();
}

std::vector<MemberRow> MatchBook::groups_of(const SubjectRow& subject, const GroupSet& among) const
{
    Search search(*this, subject);
    search.look(among.signature, among.is_whole ? nullptr : &among.patterns);
    return search.take();
}

std::vector<MemberRow> MatchBook::groups_of(SubjectRow subject, TaskState state) const
{
    subject.state = state;
    return groups_of(subject);
}

} // namespace sluice
