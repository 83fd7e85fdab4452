// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/gates.h"
#include "store/use_cases/context.h"

#include <map>

namespace sluice {

// A pending task with what its start would change.
struct Candidate {
    RuleTables::Waiting waiting;
    std::vector<Gate> gates;
    std::map<CounterKey, std::int64_t> changes; // of counters
};
Candidate candidate_of(const MatchBook& book, RuleTables::Waiting waiting);

// Counters as they stand, with the starts that were decided on.
class GateCheck {
public:
    explicit GateCheck(const MatchBook& book) : book_(book) {}

    void know(const CounterKey& counter, std::int64_t total) { totals_[counter] = total; }
    bool knows(const CounterKey& counter) const { return totals_.contains(counter); }
    void add(const CounterKey& counter, std::int64_t change) { totals_[counter] += change; }

    // The first gate that does not let it start; null: it may start.
    const Gate* closed_gate(const Candidate& candidate) const;
    void start(const Candidate& candidate);

private:
    const MatchBook& book_;
    std::map<CounterKey, std::int64_t> totals_;
};

} // namespace sluice
