// SPDX-License-Identifier: Apache-2.0
#include "store/use_cases/gate_check.h"

namespace sluice {

Candidate candidate_of(const MatchBook& book, RuleTables::Waiting waiting)
{
    Candidate candidate;
    candidate.gates = parse_gates(waiting.gates);
    for (const MemberRow& member : book.groups_of(waiting.subject, TaskState::pending))
        candidate.changes[member.counter] -= member.amount;
    for (const MemberRow& member : book.groups_of(waiting.subject, TaskState::claimed))
        candidate.changes[member.counter] += member.amount;
    candidate.waiting = std::move(waiting);
    return candidate;
}

const Gate* GateCheck::closed_gate(const Candidate& candidate) const
{
    for (const Gate& gate : candidate.gates) {
        if (gate.maximum < 0)
            return &gate;
        const auto total = totals_.find(gate.counter);
        const std::int64_t now = total == totals_.end() ? 0 : total->second;
        if (book_.at(gate.counter.signature).use == MatchUse::sum) {
            if (now >= gate.maximum) // its own size is not counted
                return &gate;
            continue;
        }
        const auto change = candidate.changes.find(gate.counter);
        if (now + (change == candidate.changes.end() ? 0 : change->second) > gate.maximum)
            return &gate;
    }
    return nullptr;
}

void GateCheck::start(const Candidate& candidate)
{
    for (const auto& [counter, change] : candidate.changes)
        totals_[counter] += change;
}

} // namespace sluice
