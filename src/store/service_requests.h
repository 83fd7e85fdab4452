// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/state.h"
#include "store/service_rows.h"

#include <optional>
#include <string>
#include <vector>

namespace sluice {

// The writes of the task service, as values; see requests.h.

// What somebody says about one task: a report of its target, an edit, or both. All of it happens,
// or nothing. A report is fenced by `attempt` and accepted while the task is leased (claimed,
// running or paused); an edit while it is not final. Either restarts the clock of inactivity.
// Errors: not_found (no such task, or not in a state that accepts this), conflict (attempt is not
// the current one).
struct UpdateTask {
    using Reply = bool;
    TaskId task;
    RunId run;
    std::string actor;
    int attempt = 0; // 0: whichever is leased

    // Reports.
    std::optional<TaskState> end;        // succeeded or failed
    std::optional<std::int64_t> success; // added
    std::optional<std::int64_t> failures;
    std::optional<std::string> failure_reason;

    // Edits.
    std::optional<std::string> metadata; // JSON
    std::optional<std::int64_t> expected_count;
    std::optional<int> priority;
    std::optional<Time> scheduled_at;

    bool is_report() const { return end || success || failures || failure_reason; }
    bool is_edit() const { return metadata || expected_count || priority || scheduled_at; }
};

// Counts of a task in whatever state, final too; they never stop at the largest number but stay
// there. Errors: not_found.
struct AddCounts {
    using Reply = bool;
    TaskId task;
    std::int64_t success = 0;
    std::int64_t failures = 0;
};

// A webhook that a worker is to send now.
struct OwedDelivery {
    DeliveryRow row;
    std::string payload;                 // of the task
    std::optional<std::string> metadata; // of the task, JSON
    std::string cancel_actions;          // as ProgressRow
    Time run_created_at;
};

// Gives up to `limit` webhooks that are due to the worker, the longest due first. They are its own
// until it says how they went, or its death gives them back.
struct TakeOwed {
    using Reply = std::vector<OwedDelivery>;
    WorkerId worker;
    std::size_t limit = 100;
};

// A webhook that an answer asked for.
struct FollowUpAction {
    std::string action; // JSON
    std::string key;    // its idempotency key
};

// How a try of a delivery went. Errors: conflict (it is not the worker's any more).
struct EndTry {
    using Reply = bool;
    DeliveryId delivery;
    WorkerId worker;
    DeliveryStatus status = DeliveryStatus::delivered;
    std::optional<Time> again_at; // waiting: set
    bool counts = true;           // false: it was not tried (the target's circuit is open)
    std::optional<int> answered;
    std::string reason;
    std::string answer;
    std::vector<FollowUpAction> follow_ups; // owed at once
};

struct Defined {
    DefinitionRow row;
    bool is_new = true;
};

// Replaces the rules of the tasks of a kind in a run that are not final. The reply: how many there
// are. Errors: not_found (no such run), conflict (a stored rule is gone), overloaded (as Submit).
struct SetRules {
    using Reply = std::size_t;
    RunId run;
    std::string kind;
    std::string rules; // JSON array, checked; "[]": none
    std::string actor;
};

// Hides a final task from lists, or brings it back. Errors: not_found, conflict (it is not final).
struct HideTask {
    using Reply = bool;
    TaskId task;
    RunId run;
    bool hidden = true;
    std::string actor;
};

// A line of the audit about what stands in no table.
struct RecordEvent {
    using Reply = bool;
    std::string kind;
    std::string actor;
    std::string object;
    std::string object_id;
    std::string detail;
};

struct PurgedBatches {
    std::size_t tasks = 0;
    std::vector<RunId> unfinished;
};

// Removes batches that ended before a time, wholly: from the first piece on nobody sees them. Left
// alone are those that live again, that owe a webhook, or that a live task of another batch waits
// for, and those that another process is busy with. Those that are too large for one piece come
// back in `unfinished`: to be given again.
struct PurgeBatches {
    using Reply = PurgedBatches;
    std::vector<RunId> batches;
    Time ended_before;
    std::size_t limit = 1000; // tasks
};

// Removes tasks of a final batch that were hidden before a time; the batch goes with its last one.
// Left alone are those that were brought back, and as above. The reply: how many went.
struct PurgeTasks {
    using Reply = std::size_t;
    RunId run;
    std::vector<TaskId> tasks;
    Time hidden_before;
};

// Removes the oldest lines of the audit, before a time. The reply: how many.
struct PruneEvents {
    using Reply = std::size_t;
    Time before;
    std::size_t limit = 1000;
};

// Stores a rule or an action under an id of its own; one that is equal, with the same name or asked
// for without one, is given back instead. Errors: overloaded (as Submit).
struct Define {
    using Reply = Defined;
    DefinitionRow row; // the store fills in what it decides
};

// Another name and document for a definition. A rule that changes does so for the tasks that use
// it, too: FollowRules. Errors: not_found, overloaded (as Submit).
struct Redefine {
    using Reply = DefinitionRow;
    DefinitionRow row; // id and kind, and what is new
};

// Errors: not_found, conflict (tasks that are not final use it).
struct Undefine {
    using Reply = bool;
    DefinitionKind kind = DefinitionKind::rule;
    DefinitionId definition;
    std::string actor;
};

// Tasks whose stored rules have changed go by these as they are now, at most `limit` of them. Runs
// that another process has locked are passed over.
struct FollowRules {
    struct Reply {
        std::size_t changed = 0; // tasks
        bool done = false;       // no other task is to be changed
    };
    std::size_t limit = 1000;
};

// Dead deliveries are owed again, with all their tries. The reply: how many of them were dead.
struct Redeliver {
    using Reply = std::size_t;
    std::vector<DeliveryId> deliveries;
    std::string actor;
};

} // namespace sluice
