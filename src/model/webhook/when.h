// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "model/json/json_pointer.h"
#include "model/state.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace sluice {

struct Action;

// What must hold of an answer; every part that is given must.
struct AnswerCondition {
    std::vector<std::int64_t> statuses; // one of them; empty: any
    std::optional<JsonPointer> pointer; // set when one of the following is
    std::optional<Json> equals;
    std::optional<bool> exists;
    std::optional<Json> greater; // numbers, both
    std::optional<Json> less;

    friend bool operator==(const AnswerCondition&, const AnswerCondition&) = default;
};

// One entry of an action's `when`: a condition on the answer and what follows from it.
struct When {
    AnswerCondition condition;
    std::optional<TaskState> outcome; // succeeded or failed: the end of the task
    std::vector<Action> actions;      // empty when there is an outcome

    friend bool operator==(const When& a, const When& b);
};

// An answer that ends a delivery: a good one, or one that is not worth another try.
struct AnswerFacts {
    int status = 0;
    const Json* body = nullptr; // nullptr: not JSON, or empty
};

// Equal as JSON values: 1 is 1.0, and the order of members does not count. Only numbers are greater
// or less than numbers. Where nothing is, nothing is equal, greater or less.
bool is_met(const AnswerCondition& condition, const AnswerFacts& answer);

// An action that an answer asks for, and where it stands, for its idempotency key.
struct FollowUp {
    std::size_t when = 0; // index of the entry
    std::size_t index = 0;
    const Action* action = nullptr; // within the entry
};

// What follows from an answer: the outcome of the first entry that holds and has one, and the
// actions of all that hold, in their order.
struct Consequences {
    std::optional<TaskState> outcome;
    std::size_t outcome_when = 0; // index of the entry that says so
    std::vector<FollowUp> actions;
};

Consequences consequences_of(const std::vector<When>& entries, const AnswerFacts& answer);

} // namespace sluice
