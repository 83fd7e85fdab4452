// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/retry.h"
#include "model/validation.h"

namespace sluice {

// Policies of workflows' tasks, as definitions say them:
//
//   {"max_attempts": 3, "backoff": "fixed" | "linear" | "exponential", "base": 2.0,
//    "multiplier": 1.0, "initial_delay_ms": 1000, "max_delay_ms": 60000, "jitter": true,
//    "condition": "all" | "never" | "transient" | "patterns", "patterns": ["…"]}
//
// All members may be absent. `base` stands for exponential alone, `multiplier` not for fixed.
// Delays that a function of the program chooses are fixed ones here: it is asked elsewhere.

inline constexpr std::int64_t workflow_tries_max = 1000;

// Three tries, 1 s and 2 s apart with jitter, after any failure.
Retry workflow_retry();

// A kind (kinds.h) of policies.
struct WorkflowRetryKind {
    void read(const Value& value, Retry& out) const;
};

Checked<Retry> read_workflow_retry(const Json& json);

// Every member that counts, in the order above.
Json workflow_retry_json(const Retry& retry);

} // namespace sluice
