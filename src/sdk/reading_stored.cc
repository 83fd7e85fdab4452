// SPDX-License-Identifier: Apache-2.0
// Which members rules and actions that are stored have, and schedules.
#include "sdk/reading.h"

namespace sluice::client {

void read(const Value& value, const std::string& place, StoredRule& out)
{
    const MemberReader members(value, place);
    members("id", out.id);
    members("name", out.name);
    members("type", out.type);
    members("max_concurency", out.max_concurency);
    members("max_capacity", out.max_capacity);
    members("matcher", out.matcher);
    members("uses", out.uses);
    members("created_at", out.created_at);
    members("updated_at", out.updated_at);
}

void read(const Value& value, const std::string& place, StoredAction& out)
{
    const MemberReader members(value, place);
    members("id", out.id);
    members("name", out.name);
    members("kind", out.kind);
    members("params", out.params);
    members("retry", out.retry);
    members("timeout", out.timeout);
    members("when", out.when);
    members("created_at", out.created_at);
    members("updated_at", out.updated_at);
}

void read(const Value& value, const std::string& place, Schedule& out)
{
    const MemberReader members(value, place);
    members("id", out.id);
    members("name", out.name);
    members("cron", out.cron);
    members("every", out.every);
    members("at", out.at);
    members("timezone", out.timezone);
    members("tasks", out.tasks);
    members("catchup", out.catchup);
    members("max_catchup", out.max_catchup);
    members("overlap", out.overlap);
    members("jitter", out.jitter);
    members("enabled", out.enabled);
    members("start", out.start);
    members("end", out.end);
    members("next_run_at", out.next_run_at);
    members("last_run_at", out.last_run_at);
    members("last_batch_id", out.last_batch_id);
    members("created_at", out.created_at);
    members("updated_at", out.updated_at);
}

void read(const Value& value, const std::string& place, ScheduleRun& out)
{
    const MemberReader members(value, place);
    members("schedule_id", out.schedule_id);
    members("scheduled_at", out.scheduled_at);
    members("fired_at", out.fired_at);
    members("outcome", out.outcome);
    members("batch_id", out.batch_id);
    members("reason", out.reason);
}

} // namespace sluice::client
