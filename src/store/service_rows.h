// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/time.h"
#include "model/webhook/trigger.h"

#include <cstdint>
#include <optional>
#include <string>

namespace sluice {

// The rows of the task service's tables (docs/decisions/0004), as values.

// What lists show of a task and filters select. Written with the task; an edit by a user changes
// it in place.
struct CardRow {
    enum Flag : std::uint8_t {
        dead_end_barrier = 1,
        preemptible = 2,
        preempts = 4,
    };

    TaskId task;
    RunId run;
    std::string kind;
    std::string name;
    std::uint8_t flags = 0;  // Flag bits
    int success_actions = 0; // how many webhooks each end of the task owes
    int failure_actions = 0;
    int cancel_actions = 0;
    std::optional<std::int64_t> expected_count;
    std::optional<Time> scheduled_at;
    std::optional<std::string> group;
    std::optional<std::string> requester;
    std::optional<std::string> metadata; // JSON as it was sent
    std::optional<std::string> rules;    // likewise; none: it has none
    std::optional<std::string> gates;    // what the rules ask: filled in by the store
    std::optional<Time> deleted_at;

    friend bool operator==(const CardRow&, const CardRow&) = default;
};

// What targets have reported of a task, and when anything was last done to it; there is no row
// before that.
struct ProgressRow {
    TaskId task;
    RunId run;
    Time updated_at; // the timeout counts from here, so what is no report moves it a little only
    std::int64_t success = 0;
    std::int64_t failures = 0;
    std::optional<std::string> failure_reason;
    std::string cancel_actions; // that the target asked for when it accepted: a JSON array, or ""
    int cancel_actions_count = 0;

    friend bool operator==(const ProgressRow&, const ProgressRow&) = default;
};

enum class DeliveryStatus : std::uint8_t { waiting, delivered, dead };

// A webhook that the end of an attempt owes. While it waits there is an `owed` row, unless an
// earlier one of the same attempt has not been tried yet.
struct DeliveryRow {
    DeliveryId id;
    RunId run;
    TaskId task;
    int attempt = 0;
    Trigger trigger = Trigger::success;
    int position = 0; // among the actions of its trigger
    DeliveryStatus status = DeliveryStatus::waiting;
    int tries = 0;
    DeliveryId next; // is owed once this one was tried; none: nothing is, or it is owed already
    Time created_at;
    Time updated_at;             // of the last try
    std::optional<int> answered; // HTTP status of the last answer
    std::string reason;          // why the last try failed
    std::string answer;          // the last bytes of the last answer's body
    std::string action;          // JSON, of those that another answer asked for; else the task's
    std::string key;             // idempotency key, when there is an action
};

enum class DefinitionKind : std::uint8_t { rule, action };

// What users have stored under an id, for tasks to refer to.
struct DefinitionRow {
    DefinitionId id;
    DefinitionKind kind = DefinitionKind::rule;
    std::optional<std::string> name;
    std::string key;          // the same for equal documents
    std::string document;     // JSON as it was sent
    std::string actor;        // whoever wrote it last
    std::int64_t version = 1; // of the document
    Time created_at;
    Time updated_at;

    friend bool operator==(const DefinitionRow&, const DefinitionRow&) = default;
};

// A task that is not final goes by a stored rule as it was in this version.
struct RuleUseRow {
    DefinitionId rule;
    TaskId task;
    RunId run;
    std::int64_t version = 0;
};

} // namespace sluice
