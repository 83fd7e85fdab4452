// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "model/state.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

// The rows by which rules and deduplication know tasks without looking at them
// (docs/decisions/0005).

using SignatureId = Id<struct SignatureTag>;

// What a signature keeps of the tasks that it selects.
enum class MatchUse : std::uint8_t {
    count, // how many there are; Claimed counts as Running
    sum,   // how much they have left to do
    find,  // which they are, by their exact status
};

// Tasks of a status and a kind, told apart by the values under some fields of their metadata.
struct SignatureRow {
    SignatureId id;
    MatchUse use = MatchUse::count;
    TaskState status = TaskState::running;
    std::string kind;
    std::vector<std::string> fields; // match_fields()
};

// One of the groups that a signature makes: tasks with the same values under its fields.
struct CounterKey {
    SignatureId signature;
    std::string key; // MatchKey

    friend auto operator<=>(const CounterKey&, const CounterKey&) = default;
};

// A group whose values are no scalars: what belongs to it is found by containment.
struct PatternRow {
    CounterKey counter;
    std::string values; // JSON
};

// A task as one of the groups that it is in now; what it gives back when it leaves.
struct MemberRow {
    TaskId task;
    CounterKey counter;
    std::int64_t amount = 0; // never 0

    friend auto operator<=>(const MemberRow&, const MemberRow&) = default;
};

struct CounterRow {
    CounterKey counter;
    std::int64_t total = 0;
};

// What decides about the groups that a task is in.
struct SubjectRow {
    TaskId task;
    TaskState state = TaskState::pending;
    std::string kind;
    std::optional<std::string> metadata; // JSON
    std::int64_t left = 0;               // max(expected − success − failures, 0)
};

// A pending task with rules. Those with the same gates stand in one line per queue.
struct LineKey {
    QueueId queue;
    std::int64_t gates = 0; // CardRow::gates, hashed

    friend auto operator<=>(const LineKey&, const LineKey&) = default;
};

struct GatedRow {
    LineKey line;
    int nprio = 0;
    TaskId task;
};

} // namespace sluice
