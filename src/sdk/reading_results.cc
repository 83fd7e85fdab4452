// SPDX-License-Identifier: Apache-2.0
// Which members each result has.
#include "sdk/reading.h"

namespace sluice::client {

void read(const Value& value, const std::string& place, StatusCounts& out)
{
    const MemberReader members(value, place);
    members("waiting", out.waiting);
    members("pending", out.pending);
    members("claimed", out.claimed);
    members("running", out.running);
    members("success", out.success);
    members("failure", out.failure);
    members("skipped", out.skipped);
    members("paused", out.paused);
    members("canceled", out.canceled);
}

void read(const Value& value, const std::string& place, LightTask& out)
{
    const MemberReader members(value, place);
    members("id", out.id);
    members("name", out.name);
    members("kind", out.kind);
    members("status", out.status);
    members("created_at", out.created_at);
    members("started_at", out.started_at);
    members("success", out.success);
    members("failures", out.failures);
    members("expected_count", out.expected_count);
    members("ended_at", out.ended_at);
    members("batch_id", out.batch_id);
    members("dead_end_barrier", out.dead_end_barrier);
    members("priority", out.priority);
    members("group_id", out.group_id);
    members("attempt", out.attempt);
    members("scheduled_at", out.scheduled_at);
}

void read(const Value& value, const std::string& place, TaskAction& out)
{
    const MemberReader members(value, place);
    members("id", out.id);
    members("kind", out.kind);
    members("trigger", out.trigger);
    members("condition", out.condition);
    members("params", out.params);
    members("retry", out.retry);
    members("timeout", out.timeout);
    members("when", out.when);
    members("ref", out.ref);
}

void read(const Value& value, const std::string& place, Task& out)
{
    read(value, place, static_cast<LightTask&>(out));
    const MemberReader members(value, place);
    members("timeout", out.timeout);
    members("rules", out.rules);
    members("metadata", out.metadata);
    members("actions", out.actions);
    members("last_updated", out.last_updated);
    members("failure_reason", out.failure_reason);
    members("retry", out.retry);
    members("max_attempts", out.max_attempts);
    members("next_retry_at", out.next_retry_at);
    members("requester", out.requester);
    members("deleted_at", out.deleted_at);
    members("preemptible", out.preemptible);
    members("preempts", out.preempts);
}

void read(const Value& value, const std::string& place, BatchCounts& out)
{
    const MemberReader members(value, place);
    members("batch_id", out.batch_id);
    members("total_tasks", out.total_tasks);
    members("total_success", out.total_success);
    members("total_failures", out.total_failures);
    members("total_expected", out.total_expected);
    members("status_counts", out.status_counts);
}

void read(const Value& value, const std::string& place, ListedBatch& out)
{
    const MemberReader members(value, place);
    members("batch_id", out.batch_id);
    members("total_tasks", out.total_tasks);
    members("first_created_at", out.first_created_at);
    members("latest_updated_at", out.latest_updated_at);
    members("status_counts", out.status_counts);
    members("kinds", out.kinds);
}

void read(const Value& value, const std::string& place, GroupCounts& out)
{
    const MemberReader members(value, place);
    members("group_id", out.group_id);
    members("total_tasks", out.total_tasks);
    members("total_success", out.total_success);
    members("total_failures", out.total_failures);
    members("total_expected", out.total_expected);
    members("status_counts", out.status_counts);
}

void read(const Value& value, const std::string& place, ListedGroup& out)
{
    const MemberReader members(value, place);
    members("group_id", out.group_id);
    members("total_tasks", out.total_tasks);
    members("first_created_at", out.first_created_at);
    members("latest_updated_at", out.latest_updated_at);
    members("status_counts", out.status_counts);
    members("kinds", out.kinds);
}

void read(const Value& value, const std::string& place, Link& out)
{
    const MemberReader members(value, place);
    members("parent_id", out.parent_id);
    members("child_id", out.child_id);
    members("requires_success", out.requires_success);
    members("condition", out.condition);
}

void read(const Value& value, const std::string& place, Dag& out)
{
    const MemberReader members(value, place);
    members("tasks", out.tasks);
    members("links", out.links);
}

void read(const Value& value, const std::string& place, Stopped& out)
{
    const MemberReader members(value, place);
    members("canceled_waiting", out.canceled_waiting);
    members("canceled_pending", out.canceled_pending);
    members("canceled_claimed", out.canceled_claimed);
    members("canceled_running", out.canceled_running);
    members("canceled_paused", out.canceled_paused);
    members("already_terminal", out.already_terminal);
}

void read(const Value& value, const std::string& place, Paused& out)
{
    const MemberReader members(value, place);
    members("paused_waiting", out.paused_waiting);
    members("paused_pending", out.paused_pending);
    members("paused_claimed", out.paused_claimed);
    members("paused_running", out.paused_running);
}

void read(const Value& value, const std::string& place, Delivery& out)
{
    const MemberReader members(value, place);
    members("id", out.id);
    members("task_id", out.task_id);
    members("batch_id", out.batch_id);
    members("attempt", out.attempt);
    members("trigger", out.trigger);
    members("condition", out.condition);
    members("position", out.position);
    members("status", out.status);
    members("tries", out.tries);
    members("created_at", out.created_at);
    members("updated_at", out.updated_at);
    members("next_try_at", out.next_try_at);
    members("answered_status", out.answered_status);
    members("reason", out.reason);
    members("answer", out.answer);
    members("idempotency_key", out.idempotency_key);
}

void read(const Value& value, const std::string& place, Health& out)
{
    const MemberReader members(value, place);
    members("status", out.status);
    members("database", out.database);
    members("pool_size", out.pool_size);
    members("pool_idle", out.pool_idle);
}

void read(const Value& value, const std::string& place, Readiness& out)
{
    const MemberReader members(value, place);
    members("status", out.status);
    members("reason", out.reason);
    members("trouble", out.trouble);
}

void read(const Value& value, const std::string& place, Version& out)
{
    const MemberReader members(value, place);
    members("name", out.name);
    members("version", out.version);
    members("protocol", out.protocol);
}

} // namespace sluice::client
