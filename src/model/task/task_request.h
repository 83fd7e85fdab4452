// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "base/time.h"
#include "model/retry.h"
#include "model/task/task_dependency.h"
#include "model/task/task_rule.h"
#include "model/validation.h"
#include "model/webhook/action.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

// What clients of the task service POST: graphs of tasks, and what a task of them says.

struct TaskLimits {
    static constexpr std::size_t name_bytes_max = 255;
    static constexpr std::size_t group_bytes_max = 255;
    static constexpr std::size_t metadata_bytes_max = 65'536; // in one line
    static constexpr std::size_t actions_max = 100;           // of one trigger
    static constexpr std::size_t rules_max = 100;             // of one task
    static constexpr std::size_t matchers_max = 20;           // for dedupe, of one task
    static constexpr std::size_t dependencies_max = 10'000;   // of one task
    static constexpr std::int64_t timeout_max = 86'400;       // seconds
    static constexpr std::int64_t delay_max = 315'576'000;    // seconds, ten years
    static constexpr std::int64_t priority_max = 1'000;       // and not below its negative
};

// One task as it was sent; `document` borrows from the body.
struct TaskRequest {
    const Json* document = nullptr;
    std::string id; // the client's, unique in the POST
    std::string name;
    std::string kind;
    std::chrono::seconds timeout{60}; // of inactivity
    Json metadata;
    std::vector<TaskRule> rules;
    std::optional<std::int64_t> expected_count;
    std::optional<std::string> group;
    bool dead_end_barrier = false;
    std::int64_t priority = 0;
    bool preemptible = false;
    bool preempts = false;
    std::optional<Time> scheduled_at;
    std::optional<std::chrono::seconds> delay;
    std::optional<Retry> retry;
    std::optional<std::string> requester;
    std::vector<TaskDependency> dependencies;
    std::vector<TaskMatcher> dedupe;
    Action on_start;
    std::vector<Action> on_success;
    std::vector<Action> on_failure;
    std::vector<Action> on_cancel;
};

// The body of POST /task: a list of tasks. All problems come at once, as "tasks[1].name". Ids are
// unique, and dependencies by `id` name earlier tasks: so there is no cycle.
Checked<std::vector<TaskRequest>> read_task_requests(const Json& body, const ActionRules& rules);

// The same for who has more to look at before all problems are told: of a task with problems, the
// rest is there.
struct TaskReading {
    std::vector<TaskRequest> tasks;
    std::vector<Problem> problems;
};
TaskReading read_what_is_good(const Json& body, const ActionRules& rules);

// The JSON Schema (2020-12) of one task in that list.
Json task_request_schema();

} // namespace sluice
