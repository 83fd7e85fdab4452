// SPDX-License-Identifier: Apache-2.0
// What the server shows. Members that this version does not know are ignored.
#pragma once

#include "sluice/json.h"
#include "sluice/status.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::client {

using Time = std::chrono::system_clock::time_point;

// A task as it stands in lists.
struct LightTask {
    std::string id;
    std::string name;
    std::string kind;
    Status status = Status::waiting;
    Time created_at;
    std::optional<Time> started_at; // when the target of the current attempt accepted
    std::int64_t success = 0;
    std::int64_t failures = 0;
    std::optional<std::int64_t> expected_count;
    std::optional<Time> ended_at;
    std::string batch_id;
    bool dead_end_barrier = false;
    int priority = 0;
    std::optional<std::string> group_id;
    int attempt = 0; // the current one, or the last; 0 before the first
    std::optional<Time> scheduled_at;
};

// A webhook of a task. What was not sent with it is empty.
struct TaskAction {
    std::string id;
    std::string kind;
    std::string trigger;                  // Start, End or Cancel
    std::optional<std::string> condition; // success or failure, of an End
    std::optional<Json> params;
    std::optional<Json> retry;
    std::optional<int> timeout;
    std::optional<Json> when;
    std::optional<std::string> ref;
};

// A task with everything that is known about it.
struct Task : LightTask {
    std::chrono::seconds timeout{0};
    Json rules;
    Json metadata;
    std::vector<TaskAction> actions;
    Time last_updated;
    std::optional<std::string> failure_reason;
    std::optional<Json> retry;
    int max_attempts = 1;
    std::optional<Time> next_retry_at;
    std::optional<std::string> requester;
    std::optional<Time> deleted_at;
    bool preemptible = false;
    bool preempts = false;
};

// What a POST has made: its tasks in the order in which they were sent. Those that deduplication
// left out are missing; when all are, nothing has the id.
struct CreatedBatch {
    std::string batch_id;
    std::vector<Task> tasks;
};

// The counts of one batch. `total_expected` is empty as soon as one task expects nothing.
struct BatchCounts {
    std::string batch_id;
    std::int64_t total_tasks = 0;
    std::int64_t total_success = 0;
    std::int64_t total_failures = 0;
    std::optional<std::int64_t> total_expected;
    StatusCounts status_counts;
};

// A batch as it stands in the list; counts and kinds are those of the whole batch.
struct ListedBatch {
    std::string batch_id;
    std::int64_t total_tasks = 0;
    Time first_created_at;
    Time latest_updated_at;
    StatusCounts status_counts;
    std::vector<std::string> kinds;
};

// The same for all tasks with one group_id, of whatever batch.
struct GroupCounts {
    std::string group_id;
    std::int64_t total_tasks = 0;
    std::int64_t total_success = 0;
    std::int64_t total_failures = 0;
    std::optional<std::int64_t> total_expected;
    StatusCounts status_counts;
};

struct ListedGroup {
    std::string group_id;
    std::int64_t total_tasks = 0;
    Time first_created_at;
    Time latest_updated_at;
    StatusCounts status_counts;
    std::vector<std::string> kinds;
};

// `condition` is on_success, on_failure or always.
struct Link {
    std::string parent_id;
    std::string child_id;
    bool requires_success = false;
    std::string condition;
};

// The graph of a batch; an unknown batch has an empty one.
struct Dag {
    std::vector<LightTask> tasks;
    std::vector<Link> links;
};

// From which status how many tasks were canceled.
struct Stopped {
    std::int64_t canceled_waiting = 0;
    std::int64_t canceled_pending = 0;
    std::int64_t canceled_claimed = 0;
    std::int64_t canceled_running = 0;
    std::int64_t canceled_paused = 0;
    std::int64_t already_terminal = 0;
};

struct Paused {
    std::int64_t paused_waiting = 0;
    std::int64_t paused_pending = 0;
    std::int64_t paused_claimed = 0;
    std::int64_t paused_running = 0;
};

// A webhook that the end of an attempt owes; its status is waiting, delivered or dead.
struct Delivery {
    std::string id;
    std::string task_id;
    std::string batch_id;
    int attempt = 0;
    std::string trigger;
    std::optional<std::string> condition;
    int position = 0; // among the actions of its trigger, from 0
    std::string status;
    int tries = 0;
    Time created_at;
    Time updated_at;
    std::optional<Time> next_try_at;
    std::optional<int> answered_status;
    std::optional<std::string> reason; // why the last try failed
    std::optional<std::string> answer; // the end of what the target answered
    std::string idempotency_key;
};

// `status` is ok or degraded, `database` healthy or unhealthy.
struct Health {
    std::string status;
    std::string database;
    std::optional<int> pool_size;
    std::optional<int> pool_idle;
};

// `status` is ready, or not_ready for a reason.
struct Readiness {
    std::string status;
    std::optional<std::string> reason; // why it is not_ready
    std::optional<std::string>
        trouble; // what a server that is ready cannot do, as reach Kubernetes
};

// The program's version and the protocol that it speaks.
struct Version {
    std::string name;
    std::string version;
    std::string protocol;
};

} // namespace sluice::client
