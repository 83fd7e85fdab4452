// SPDX-License-Identifier: Apache-2.0
#include "api/openapi_task_schemas.h"

#include "api/wire_task_read.h"
#include "model/schedule/schedule_request.h"
#include "model/task/definition_request.h"
#include "model/task/task_request.h"
#include "model/webhook/action.h"

#include <string_view>

namespace sluice {

namespace {

constexpr std::string_view answers = R"json({
"TaskStatus": {"type": "string", "enum": ["Waiting", "Pending", "Claimed", "Running", "Success",
    "Failure", "Skipped", "Paused", "Canceled"]},
"LightTask": {"type": "object", "required": ["id", "name", "kind", "status", "created_at",
    "started_at", "success", "failures", "expected_count", "ended_at", "batch_id",
    "dead_end_barrier", "priority", "group_id", "attempt", "scheduled_at"], "properties": {"id":
    {"type": "string", "format": "uuid"}, "name": {"type": "string"}, "kind": {"type": "string"},
    "status": {"$ref": "#/components/schemas/TaskStatus"}, "created_at": {"type": "string",
    "format": "date-time"}, "started_at": {"type": ["string", "null"], "format": "date-time",
    "description": "When the target of the current attempt accepted."}, "success":
    {"type": "integer"}, "failures": {"type": "integer"}, "expected_count": {"type": ["integer",
    "null"]}, "ended_at": {"type": ["string", "null"], "format": "date-time"}, "batch_id":
    {"type": "string", "format": "uuid"}, "dead_end_barrier": {"type": "boolean"}, "priority":
    {"type": "integer"}, "group_id": {"type": ["string", "null"]}, "attempt": {"type": "integer",
    "description": "The current one, or the last; 0 before the first."}, "scheduled_at":
    {"type": ["string", "null"], "format": "date-time"}}},
"LightTasks": {"type": "array", "items": {"$ref": "#/components/schemas/LightTask"}},
"TaskAction": {"type": "object", "required": ["id", "kind", "trigger", "condition", "params"],
    "properties": {"id": {"type": "string", "format": "uuid"}, "kind": {"type": "string"},
    "trigger": {"type": "string", "enum": ["Start", "End", "Cancel"]}, "condition":
    {"type": ["string", "null"], "enum": ["success", "failure", null]}, "params":
    {"type": ["object", "null"], "description": "As they were sent."}}},
"Tasks": {"type": "array", "items": {"$ref": "#/components/schemas/Task"}},
"StatusCounts": {"type": "object", "required": ["waiting", "pending", "claimed", "running",
    "success", "failure", "skipped", "paused", "canceled"], "properties": {"waiting":
    {"type": "integer"}, "pending": {"type": "integer"}, "claimed": {"type": "integer"},
    "running": {"type": "integer"}, "success": {"type": "integer"}, "failure":
    {"type": "integer"}, "skipped": {"type": "integer"}, "paused": {"type": "integer"},
    "canceled": {"type": "integer"}}},
"Batch": {"type": "object", "required": ["batch_id", "total_tasks", "total_success",
    "total_failures", "total_expected", "status_counts"], "properties": {"batch_id":
    {"type": "string", "format": "uuid"}, "total_tasks": {"type": "integer"}, "total_success":
    {"type": "integer"}, "total_failures": {"type": "integer"}, "total_expected":
    {"type": ["integer", "null"]}, "status_counts": {"$ref": "#/components/schemas/StatusCounts"}}},
"ListedBatch": {"type": "object", "required": ["batch_id", "total_tasks", "first_created_at",
    "latest_updated_at", "status_counts", "kinds"], "properties": {"batch_id": {"type": "string",
    "format": "uuid"}, "total_tasks": {"type": "integer"}, "first_created_at":
    {"type": "string", "format": "date-time"}, "latest_updated_at": {"type": "string",
    "format": "date-time"}, "status_counts": {"$ref": "#/components/schemas/StatusCounts"},
    "kinds": {"type": "array", "items": {"type": "string"}}}},
"ListedBatches": {"type": "array", "items": {"$ref": "#/components/schemas/ListedBatch"}},
"CanceledBatch": {"type": "object", "required": ["batch_id", "canceled_waiting",
    "canceled_pending", "canceled_claimed", "canceled_running", "canceled_paused",
    "already_terminal"], "properties": {"batch_id": {"type": "string", "format": "uuid"},
    "canceled_waiting": {"type": "integer"}, "canceled_pending": {"type": "integer"},
    "canceled_claimed": {"type": "integer"}, "canceled_running": {"type": "integer"},
    "canceled_paused": {"type": "integer"}, "already_terminal": {"type": "integer"}}},
"EditedRules": {"type": "object", "required": ["batch_id", "kind", "updated_count"],
    "properties": {"batch_id": {"type": "string"}, "kind": {"type": "string"},
        "updated_count": {"type": "integer"}}},
"PausedBatch": {"type": "object", "required": ["batch_id", "paused_waiting", "paused_pending",
    "paused_claimed", "paused_running"], "properties": {"batch_id": {"type": "string",
    "format": "uuid"}, "paused_waiting": {"type": "integer"}, "paused_pending":
    {"type": "integer"}, "paused_claimed": {"type": "integer"}, "paused_running":
    {"type": "integer"}}},
"ResumedBatch": {"type": "object", "required": ["batch_id", "resumed"], "properties":
    {"batch_id": {"type": "string", "format": "uuid"}, "resumed": {"type": "integer"}}},
"CanceledGroup": {"type": "object", "required": ["group_id", "canceled_waiting",
    "canceled_pending", "canceled_claimed", "canceled_running", "canceled_paused",
    "already_terminal"], "properties": {"group_id": {"type": "string"},
    "canceled_waiting": {"type": "integer"}, "canceled_pending": {"type": "integer"},
    "canceled_claimed": {"type": "integer"}, "canceled_running": {"type": "integer"},
    "canceled_paused": {"type": "integer"}, "already_terminal": {"type": "integer"}}},
"PausedGroup": {"type": "object", "required": ["group_id", "paused_waiting", "paused_pending",
    "paused_claimed", "paused_running"], "properties": {"group_id": {"type": "string"},
    "paused_waiting": {"type": "integer"}, "paused_pending": {"type": "integer"},
    "paused_claimed": {"type": "integer"}, "paused_running": {"type": "integer"}}},
"ResumedGroup": {"type": "object", "required": ["group_id", "resumed"], "properties":
    {"group_id": {"type": "string"}, "resumed": {"type": "integer"}}},
"Timeline": {"type": "object", "required": ["task_id", "events"], "properties": {"task_id":
    {"type": "string", "format": "uuid"}, "events": {"type": "array", "items": {"type": "object",
    "required": ["at", "event", "actor", "attempt", "status", "detail"], "properties":
    {"at": {"type": "string", "format": "date-time"}, "event": {"type": "string"},
    "actor": {"type": ["string", "null"]}, "attempt": {"type": ["integer", "null"]},
    "status": {"type": ["string", "null"], "description": "That the task has reached with this."},
    "detail": {"type": ["string", "null"]}}}}}},
"TaskWhy": {"type": "object", "required": ["task_id", "status", "reason", "why", "parents", "rules",
    "not_before", "paused_by", "paused_at"], "properties": {"task_id": {"type": "string",
    "format": "uuid"}, "status": {"$ref": "#/components/schemas/TaskStatus"}, "reason":
    {"type": "string", "enum": ["parents", "rules", "scheduled", "retry", "paused", "no_starter",
    "claimed", "running", "final"]}, "why": {"type": "string", "description":
    "The same in words."}, "parents": {"type": "array", "items": {"type": "object"}, "description":
    "Those that have not ended."}, "rules": {"type": "array", "items": {"type": "object"},
    "description": "Those that hold it up, with the tasks that fill them."}, "not_before":
    {"type": ["string", "null"], "format": "date-time", "description":
    "When it may start, or is tried again."}, "paused_by": {"type": ["string", "null"]},
    "paused_at": {"type": ["string", "null"], "format": "date-time"}}},
"Group": {"type": "object", "required": ["group_id", "total_tasks", "total_success",
    "total_failures", "total_expected", "status_counts"], "properties": {"group_id":
    {"type": "string"}, "total_tasks": {"type": "integer"}, "total_success": {"type": "integer"},
    "total_failures": {"type": "integer"}, "total_expected": {"type": ["integer", "null"]},
    "status_counts": {"$ref": "#/components/schemas/StatusCounts"}}},
"ListedGroups": {"type": "array", "items": {"type": "object", "required": ["group_id",
    "total_tasks", "first_created_at", "latest_updated_at", "status_counts", "kinds"],
    "properties": {"group_id": {"type": "string"}, "total_tasks": {"type": "integer"},
    "first_created_at": {"type": "string", "format": "date-time"}, "latest_updated_at":
    {"type": "string", "format": "date-time"}, "status_counts":
    {"$ref": "#/components/schemas/StatusCounts"}, "kinds": {"type": "array", "items":
    {"type": "string"}}}}},
"Dag": {"type": "object", "required": ["tasks", "links"], "properties": {"tasks":
    {"$ref": "#/components/schemas/LightTasks"}, "links": {"type": "array", "items":
    {"type": "object", "required": ["parent_id", "child_id", "requires_success", "condition"],
    "properties": {"parent_id": {"type": "string", "format": "uuid"}, "child_id":
    {"type": "string", "format": "uuid"}, "requires_success": {"type": "boolean"}, "condition":
    {"type": "string", "enum": ["on_success", "on_failure", "always"]}}}}}},
"Delivery": {"type": "object", "required": ["id", "task_id", "batch_id", "attempt", "trigger",
    "condition", "position", "status", "tries", "created_at", "updated_at", "next_try_at",
    "answered_status", "reason", "answer", "idempotency_key"], "properties": {"id":
    {"type": "string", "format": "uuid"}, "task_id": {"type": "string", "format": "uuid"},
    "batch_id": {"type": "string", "format": "uuid"}, "attempt": {"type": "integer"}, "trigger":
    {"type": "string", "enum": ["Start", "End", "Cancel"]}, "condition": {"type": ["string",
    "null"], "enum": ["success", "failure", null]}, "position": {"type": "integer",
    "description": "Among the actions of its trigger, from 0."}, "status": {"type": "string",
    "enum": ["waiting", "delivered", "dead"]}, "tries": {"type": "integer"}, "created_at":
    {"type": "string", "format": "date-time"}, "updated_at": {"type": "string",
    "format": "date-time"}, "next_try_at": {"type": ["string", "null"], "format": "date-time"},
    "answered_status": {"type": ["integer", "null"]}, "reason": {"type": ["string", "null"],
    "description": "Why the last try failed."}, "answer": {"type": ["string", "null"],
    "description": "The last bytes of the last answer's body."}, "idempotency_key":
    {"type": "string"}}},
"Deliveries": {"type": "array", "items": {"$ref": "#/components/schemas/Delivery"}},
"Audit": {"type": "array", "items": {"type": "object", "required": ["id", "at", "actor", "action",
    "object", "object_id", "detail"], "properties": {"id": {"type": "integer"}, "at":
    {"type": "string", "format": "date-time"}, "actor": {"type": ["string", "null"]}, "action":
    {"type": "string"}, "object": {"type": "string", "enum": ["task", "batch", "group", "rule",
    "action", "schedule", "delivery", "key", "job", "execution"]}, "object_id":
    {"type": ["string", "null"]}, "detail": {"type": ["string", "null"]}}}},
"StoredRule": {"type": "object", "required": ["id", "name", "type", "matcher", "uses",
    "created_at", "updated_at"], "properties": {"id": {"type": "string", "format": "uuid"}, "name":
    {"type": ["string", "null"]}, "type": {"type": "string", "enum": ["Concurency", "Capacity"]},
    "max_concurency": {"type": "integer"}, "max_capacity": {"type": "integer"}, "matcher":
    {"type": "object"}, "uses": {"type": "integer", "description":
    "How many tasks that are not final use it."}, "created_at": {"type": "string",
    "format": "date-time"}, "updated_at": {"type": "string", "format": "date-time"}}},
"StoredRules": {"type": "array", "items": {"$ref": "#/components/schemas/StoredRule"}},
"StoredAction": {"type": "object", "required": ["id", "name", "kind", "params", "created_at",
    "updated_at"], "properties": {"id": {"type": "string", "format": "uuid"}, "name":
    {"type": ["string", "null"]}, "kind": {"type": "string"}, "params": {"type": "object"},
    "retry": {"type": "object"}, "timeout": {"type": "integer"}, "when": {}, "created_at":
    {"type": "string", "format": "date-time"}, "updated_at": {"type": "string",
    "format": "date-time"}}},
"StoredActions": {"type": "array", "items": {"$ref": "#/components/schemas/StoredAction"}},
"DeletedDefinition": {"type": "object", "required": ["id"], "properties": {"id":
    {"type": "string", "format": "uuid"}}},
"Redelivered": {"type": "object", "required": ["redelivered"], "properties": {"redelivered":
    {"type": "integer"}}},
"Schedule": {"type": "object", "required": ["id", "name", "cron", "every", "at", "timezone",
    "tasks", "catchup", "max_catchup", "overlap", "jitter", "enabled", "start", "end",
    "next_run_at", "last_run_at", "last_batch_id", "created_at", "updated_at"], "properties":
    {"id": {"type": "string", "format": "uuid"}, "name": {"type": "string"}, "cron":
    {"type": ["string", "null"]}, "every": {"type": ["string", "integer", "null"]}, "at":
    {"type": ["string", "null"], "format": "date-time"}, "timezone": {"type": ["string", "null"]},
    "tasks": {"type": "array", "items": {"type": "object"}, "description": "As they were sent."},
    "catchup": {"type": "string", "enum": ["none", "skip", "run_all"]}, "max_catchup":
    {"type": "integer"}, "overlap": {"type": "string", "enum": ["allow", "skip", "cancel"]},
    "jitter": {"type": ["string", "integer"]}, "enabled": {"type": "boolean"}, "start":
    {"type": ["string", "null"], "format": "date-time"}, "end": {"type": ["string", "null"],
    "format": "date-time"}, "next_run_at": {"type": ["string", "null"], "format": "date-time",
    "description": "null: it is over, or not enabled."}, "last_run_at": {"type": ["string",
    "null"], "format": "date-time", "description": "When its last batch was created."},
    "last_batch_id": {"type": ["string", "null"], "format": "uuid"}, "created_at":
    {"type": "string", "format": "date-time"}, "updated_at": {"type": "string",
    "format": "date-time"}}},
"Schedules": {"type": "array", "items": {"$ref": "#/components/schemas/Schedule"}},
"DeletedSchedule": {"type": "object", "required": ["id"], "properties": {"id":
    {"type": "string", "format": "uuid"}}},
"Tick": {"type": "object", "required": ["schedule_id", "scheduled_at", "fired_at", "outcome",
    "batch_id", "reason"], "properties": {"schedule_id": {"type": "string", "format": "uuid"},
    "scheduled_at": {"type": "string", "format": "date-time"}, "fired_at": {"type": "string",
    "format": "date-time"}, "outcome": {"type": "string", "enum": ["created", "skipped",
    "failed"]}, "batch_id": {"type": ["string", "null"], "format": "uuid"}, "reason":
    {"type": ["string", "null"], "description": "Why there is no batch."}}},
"Ticks": {"type": "array", "items": {"$ref": "#/components/schemas/Tick"}}
})json";

// What a full task has beside a light one.
constexpr std::string_view task_rest = R"json({
"timeout": {"type": "integer", "description": "Seconds without a report."},
"rules": {"type": "array", "items": {"type": "object"}, "description": "As they were sent."},
"metadata": {},
"actions": {"type": "array", "items": {"$ref": "#/components/schemas/TaskAction"}},
"last_updated": {"type": "string", "format": "date-time"},
"failure_reason": {"type": ["string", "null"]},
"retry": {"type": ["object", "null"], "description": "As it was sent."},
"max_attempts": {"type": "integer"},
"next_retry_at": {"type": ["string", "null"], "format": "date-time"},
"requester": {"type": ["string", "null"]},
"deleted_at": {"type": ["string", "null"], "format": "date-time"},
"preemptible": {"type": "boolean"},
"preempts": {"type": "boolean"}
})json";

Json task_schema(Json light)
{
    const Json rest = parse_json(task_rest).value();
    for (const auto& [key, property] : rest.items()) {
        light["required"].push_back(key);
        light["properties"][key] = property;
    }
    return light;
}

Json list_of(Json items)
{
    return Json{{"type", "array"}, {"items", std::move(items)}};
}

} // namespace

Json task_schemas()
{
    Json schemas = parse_json(answers).value();
    schemas["Task"] = task_schema(schemas["LightTask"]);
    schemas["NewTasks"] = list_of(task_request_schema());
    schemas["Action"] = action_schema("#/components/schemas/Action");
    schemas["NewRule"] = rule_definition_schema();
    schemas["NewAction"] = action_definition_schema("#/components/schemas/Action");
    schemas["TaskUpdate"] = task_update_schema();
    schemas["TaskCounts"] = counts_schema();
    schemas["RulesEdit"] = rules_edit_schema();
    schemas["RedeliverFilter"] = redeliver_filter_schema();
    const Json new_tasks{{"$ref", "#/components/schemas/NewTasks"}};
    schemas["NewSchedule"] = schedule_request_schema(new_tasks);
    schemas["ScheduleChange"] = schedule_change_schema(new_tasks);
    return schemas;
}

} // namespace sluice
