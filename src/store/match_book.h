// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/rule_tables.h"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace sluice {

// Groups of one signature.
struct GroupSet {
    SignatureId signature;
    bool is_whole = false;          // all of them
    std::set<std::string> patterns; // else those of these patterns, by their keys
};

// The signatures that the writer knows of, and which groups a task is in because of them. There are
// few, and they are never removed; patterns are, when no task needs them any more. A cache: looked
// at against the database once in each group, under the lock that keeps others from adding or
// removing one meanwhile. Writer thread only.
class MatchBook {
public:
    static constexpr std::size_t signatures_max = 10'000;
    static constexpr std::size_t patterns_max = 1'000; // of one signature

    void forget() { version_ = -1; }
    void begin_group() { is_checked_ = false; }

    // Reads all again when anything has been added since.
    void refresh(RuleTables& tables);

    const std::vector<std::string>& kinds() const { return kinds_; } // those that have signatures
    const SignatureRow& at(SignatureId id) const { return signatures_.at(id); }
    const SignatureRow* find(const SignatureRow& like) const; // by everything but its id
    bool knows(const CounterKey& pattern) const { return pattern_keys_.contains(pattern); }
    std::size_t size() const { return signatures_.size(); }
    std::size_t patterns_of(SignatureId id) const;

    void add(const SignatureRow& row);
    void add(const PatternRow& row);
    void remove(const CounterKey& pattern);
    std::uint64_t additions() const { return additions_; } // grows when something is added

    // Every group that the task is in as it stands, sorted.
    std::vector<MemberRow> groups_of(const SubjectRow& subject) const;
    // The same as if it stood in that state.
    std::vector<MemberRow> groups_of(SubjectRow subject, TaskState state) const;
    // Those among some.
    std::vector<MemberRow> groups_of(const SubjectRow& subject, const GroupSet& among) const;

private:
    struct Pattern;
    class Search;

    std::int64_t version_ = -1;
    bool is_checked_ = false;
    std::map<SignatureId, SignatureRow> signatures_;
    std::map<std::string, std::vector<SignatureId>, std::less<>> by_kind_;
    std::vector<std::string> kinds_;
    std::map<SignatureId, std::vector<std::shared_ptr<const Pattern>>> patterns_;
    std::set<CounterKey> pattern_keys_;
    std::uint64_t additions_ = 0;
};

} // namespace sluice
