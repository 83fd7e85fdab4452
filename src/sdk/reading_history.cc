// SPDX-License-Identifier: Apache-2.0
// Which members the history of a task has, and the audit.
#include "sdk/reading.h"

namespace sluice::client {

void read(const Value& value, const std::string& place, TimelineEvent& out)
{
    const MemberReader members(value, place);
    members("at", out.at);
    members("event", out.event);
    members("actor", out.actor);
    members("attempt", out.attempt);
    members("status", out.status);
    members("detail", out.detail);
}

void read(const Value& value, const std::string& place, Timeline& out)
{
    const MemberReader members(value, place);
    members("task_id", out.task_id);
    members("events", out.events);
}

void read(const Value& value, const std::string& place, UnfinishedParent& out)
{
    const MemberReader members(value, place);
    members("id", out.id);
    members("status", out.status);
}

void read(const Value& value, const std::string& place, HoldingRule& out)
{
    const MemberReader members(value, place);
    members("type", out.type);
    members("maximum", out.maximum);
    members("now", out.now);
    members("matcher", out.matcher);
    members("holders", out.holders);
}

void read(const Value& value, const std::string& place, Why& out)
{
    const MemberReader members(value, place);
    members("task_id", out.task_id);
    members("status", out.status);
    members("reason", out.reason);
    members("why", out.why);
    members("parents", out.parents);
    members("rules", out.rules);
    members("not_before", out.not_before);
    members("paused_by", out.paused_by);
    members("paused_at", out.paused_at);
}

void read(const Value& value, const std::string& place, AuditLine& out)
{
    const MemberReader members(value, place);
    members("id", out.id);
    members("at", out.at);
    members("actor", out.actor);
    members("action", out.action);
    members("object", out.object);
    members("object_id", out.object_id);
    members("detail", out.detail);
}

} // namespace sluice::client
