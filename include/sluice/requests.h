// SPDX-License-Identifier: Apache-2.0
// What can be said in a call. What is left out is not said.
#pragma once

#include "sluice/json.h"
#include "sluice/results.h"

namespace sluice::client {

// Tasks that are all of this, newest first. `name` and `kind` are parts of the text, `metadata` is
// JSON that theirs contains. `before` is the id of the last task that was seen: better than `page`
// while new ones come.
struct TaskQuery {
    std::optional<std::string> name = {};
    std::optional<std::string> kind = {};
    std::optional<Status> status = {};
    std::optional<std::chrono::seconds> timeout = {};
    std::optional<Json> metadata = {};
    std::optional<std::string> batch_id = {};
    std::optional<std::string> group_id = {};
    std::optional<bool> deleted = {};
    std::optional<int> page = {};
    std::optional<int> page_size = {};
    std::optional<std::string> before = {};
};

// Batches of which one task is all of this, newest first.
struct BatchQuery {
    std::optional<std::string> name = {};
    std::optional<std::string> kind = {};
    std::optional<Status> status = {};
    std::optional<Time> created_after = {};
    std::optional<Time> created_before = {};
    std::optional<int> page = {};
    std::optional<int> page_size = {};
};

struct GroupQuery {
    std::optional<int> page = {};
    std::optional<int> page_size = {};
};

// `trigger` is on_success, on_failure, on_cancel, or on_start for what its answer asked for. Those
// with the status dead have failed.
struct DeliveryQuery {
    std::optional<std::string> status = {};
    std::optional<std::string> task_id = {};
    std::optional<std::string> batch_id = {};
    std::optional<std::string> trigger = {};
    std::optional<int> page_size = {};
    std::optional<std::string> before = {};
};

// Dead deliveries that are all of this.
struct DeadDeliveries {
    std::optional<std::string> task_id = {};
    std::optional<std::string> batch_id = {};
    std::optional<std::string> trigger = {};
};

// One page of a list that has no filters.
struct PageQuery {
    std::optional<int> page = {};
    std::optional<int> page_size = {};
};

// Schedules with this in their name, and those that are enabled, or are not.
struct ScheduleQuery {
    std::optional<std::string> name = {};
    std::optional<bool> enabled = {};
    std::optional<int> page = {};
    std::optional<int> page_size = {};
};

// What users did that is all of this. `object` is the kind of thing: task, batch, group, rule,
// action, schedule, delivery, key, job or execution. `after` and `before` are inclusive. `cursor`
// is the id of the last line that was seen.
struct AuditQuery {
    std::optional<std::string> actor = {};
    std::optional<std::string> action = {};
    std::optional<std::string> object = {};
    std::optional<std::string> object_id = {};
    std::optional<Time> after = {};
    std::optional<Time> before = {};
    std::optional<int> page_size = {};
    std::optional<std::int64_t> cursor = {};
};

// Edits a task that is not final, or reports about one that runs, or both; all or nothing. `status`
// ends the attempt: success, or failure with a `failure_reason`. `attempt` refuses the report with
// Conflict when another attempt is the current one.
struct TaskUpdate {
    std::optional<Json> metadata = {};
    std::optional<std::int64_t> expected_count = {};
    std::optional<int> priority = {};
    std::optional<Time> scheduled_at = {};
    std::optional<Status> status = {};
    std::optional<std::int64_t> new_success = {};
    std::optional<std::int64_t> new_failures = {};
    std::optional<std::string> failure_reason = {};
    std::optional<int> attempt = {};
};

// What the target of a webhook may edit of its task.
struct TaskEdit {
    std::optional<Json> metadata = {};
    std::optional<std::int64_t> expected_count = {};
    std::optional<int> priority = {};
    std::optional<Time> scheduled_at = {};
};

// Added to what a task has counted so far.
struct Counts {
    std::int64_t success = 0;
    std::int64_t failures = 0;
};

// What the end of an attempt brings along. Counts are added, metadata takes the place of the old.
struct Report {
    std::optional<std::int64_t> success = {};
    std::optional<std::int64_t> failures = {};
    std::optional<Json> metadata = {};
};

// How often Client::wait_batch asks: the pause doubles from `interval` up to `interval_max`.
struct Waiting {
    std::chrono::milliseconds interval{100};
    std::chrono::milliseconds interval_max{2'000};
    std::optional<std::chrono::milliseconds> limit = {}; // by default it waits for ever
};

} // namespace sluice::client
