// SPDX-License-Identifier: Apache-2.0
// What has happened to a task, why it does not run, and who did what.
#pragma once

#include "sluice/results.h"

namespace sluice::client {

// `status` is what the task has reached with this, `attempt` the one that was under way.
struct TimelineEvent {
    Time at;
    std::string event;
    std::optional<std::string> actor;
    std::optional<int> attempt;
    std::optional<Status> status;
    std::optional<std::string> detail;
};

// The oldest first.
struct Timeline {
    std::string task_id;
    std::vector<TimelineEvent> events;
};

struct UnfinishedParent {
    std::string id;
    Status status = Status::waiting;
};

// A rule that holds a task up. `now` is where it stands, `holders` are some of the tasks that
// count; it cannot judge the task when `maximum` is empty.
struct HoldingRule {
    std::string type;
    std::optional<std::int64_t> maximum;
    std::int64_t now = 0;
    Json matcher;
    std::vector<std::string> holders;
};

// `reason` is parents, rules, scheduled, retry, paused, no_starter, claimed, running or final;
// `why` is the same in words. It waits for `not_before`, if that is known.
struct Why {
    std::string task_id;
    Status status = Status::waiting;
    std::string reason;
    std::string why;
    std::vector<UnfinishedParent> parents;
    std::vector<HoldingRule> rules;
    std::optional<Time> not_before;
    std::optional<std::string> paused_by;
    std::optional<Time> paused_at;
};

// `actor` is empty when nobody was named.
struct AuditLine {
    std::int64_t id = 0;
    Time at;
    std::optional<std::string> actor;
    std::string action;
    std::string object; // task, batch, group, rule, action, schedule, delivery, key, job, execution
    std::optional<std::string> object_id;
    std::optional<std::string> detail;
};

} // namespace sluice::client
