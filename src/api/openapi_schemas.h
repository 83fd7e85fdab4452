// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace sluice {

// The schemas (JSON Schema 2020-12) of what wire.h and wire_worker.h write and read, by name. A
// test validates the server's real answers against them.
inline constexpr std::string_view openapi_schemas = R"json({
"Error": {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"},
    "details": {"type": "array", "items": {"type": "string"}}, "status": {"type": "integer"},
    "batch_id": {"type": "string", "format": "uuid"}}},
"Empty": {"type": "object"},
"Document": {"type": "object"},
"Health": {"type": "object", "required": ["status", "database", "pool_size", "pool_idle"],
    "properties": {"status": {"type": "string", "enum": ["ok", "degraded"]}, "database":
    {"type": "string", "enum": ["healthy", "unhealthy"]}, "pool_size": {"type": "integer",
    "description": "Connections to the database, which all requests share."}, "pool_idle":
    {"type": "integer", "description": "Those of them that have nothing to do."}}},
"Ready": {"type": "object", "required": ["status"], "properties": {"status": {"type": "string",
    "enum": ["ready", "not_ready"]}, "reason": {"type": "string"}, "trouble": {"type": "string",
    "description": "What does not work, though requests may be sent here."}}},
"Version": {"type": "object", "required": ["name", "version", "protocol"], "properties":
    {"name": {"type": "string"}, "version": {"type": "string"}, "protocol": {"type": "string"}}},
"Pipeline": {"type": "object",
    "description": "A pipeline file; `sluice schema` prints its schema."},
"NewJob": {"type": "object", "required": ["job"], "properties": {"job":
    {"$ref": "#/components/schemas/Pipeline"}}},
"RetryJob": {"type": "object", "required": [], "properties": {"set": {"type": "array", "items":
    {"type": "string"}, "description": "Changes of the pipeline, each `path=value`."}}},
"Counts": {"type": "object", "required": ["total", "ready", "running", "done", "error",
    "canceled"], "properties": {"total": {"type": "integer"}, "ready": {"type": "integer"},
    "running": {"type": "integer"}, "done": {"type": "integer"}, "error": {"type": "integer"},
    "canceled": {"type": "integer"}}},
"Job": {"type": "object", "required": ["id", "created_at", "updated_at", "finished_at",
    "status", "paused", "job_name", "command", "egress_uri", "error_message", "retry_of",
    "datums", "pipeline_spec"], "properties": {"id": {"type": "string"}, "created_at":
    {"type": "string", "format": "date-time"}, "updated_at": {"type": "string",
    "format": "date-time"}, "finished_at": {"type": ["string", "null"], "format": "date-time"},
    "status": {"type": "string", "enum": ["running", "done", "error", "canceled"]}, "paused":
    {"type": "boolean"}, "job_name": {"type": "string"}, "command": {"type": "array", "items":
    {"type": "string"}}, "egress_uri": {"type": "string"}, "error_message": {"type": ["string",
    "null"]}, "retry_of": {"type": ["string", "null"]}, "datums":
    {"$ref": "#/components/schemas/Counts"}, "pipeline_spec":
    {"$ref": "#/components/schemas/Pipeline"}}},
"JobAnswer": {"type": "object", "required": ["job"], "properties": {"job":
    {"$ref": "#/components/schemas/Job"}}},
"CreatedJob": {"type": "object", "required": ["job", "warnings"], "properties": {"job":
    {"$ref": "#/components/schemas/Job"}, "warnings": {"type": "array", "items":
    {"type": "string"}}}},
"JobList": {"type": "object", "required": ["jobs"], "properties": {"jobs": {"type": "array",
    "items": {"$ref": "#/components/schemas/Job"}}}},
"Datum": {"type": "object", "required": ["id", "created_at", "updated_at", "started_at",
    "status", "job_id", "error_message", "node_name", "pod_name", "backtrace", "output",
    "attempted_run_count", "maximum_allowed_run_count"], "properties": {"id":
    {"type": "string"}, "created_at": {"type": "string", "format": "date-time"}, "updated_at":
    {"type": "string", "format": "date-time"}, "started_at": {"type": ["string", "null"],
    "format": "date-time"}, "status": {"type": "string", "enum": ["ready", "running", "done",
    "error", "canceled"]}, "job_id": {"type": "string"}, "error_message": {"type": ["string",
    "null"]}, "node_name": {"type": ["string", "null"]}, "pod_name": {"type": ["string",
    "null"]}, "backtrace": {"type": ["string", "null"]}, "output": {"type": ["string",
    "null"]}, "attempted_run_count": {"type": "integer"}, "maximum_allowed_run_count":
    {"type": "integer"}}},
"DatumAnswer": {"type": "object", "required": ["datum"], "properties": {"datum":
    {"$ref": "#/components/schemas/Datum"}}},
"DatumList": {"type": "object", "required": ["datums"], "properties": {"datums":
    {"type": "array", "items": {"$ref": "#/components/schemas/Datum"}}}},
"StatusCount": {"type": "object", "required": ["status", "count", "rerunable_count"],
    "properties": {"status": {"type": "string", "enum": ["ready", "running", "done", "error",
    "canceled"]}, "count": {"type": "integer"}, "rerunable_count": {"type": "integer"}}},
"JobDescription": {"type": "object", "required": ["job", "datum_status_counts",
    "running_datums", "error_datums"], "properties": {"job":
    {"$ref": "#/components/schemas/Job"}, "datum_status_counts": {"type": "array", "items":
    {"$ref": "#/components/schemas/StatusCount"}}, "running_datums": {"type": "array", "items":
    {"$ref": "#/components/schemas/Datum"}}, "error_datums": {"type": "array", "items":
    {"$ref": "#/components/schemas/Datum"}}, "kubernetes":
    {"$ref": "#/components/schemas/ClusterView"}}},
"ClusterView": {"type": "object", "required": ["namespace", "phase", "pods_pending",
    "pods_running", "pods_failed", "trouble", "trouble_since"], "properties": {"namespace":
    {"type": "string"}, "phase": {"type": "string", "enum": ["wanted", "created", "begun",
    "ending", "gone"]}, "pods_pending": {"type": "integer"}, "pods_running":
    {"type": "integer"}, "pods_failed": {"type": "integer"}, "trouble": {"type": ["string",
    "null"]}, "trouble_since": {"type": ["string", "null"], "format": "date-time"}}},
"InputFile": {"type": "object", "required": ["id", "created_at", "datum_id", "job_id", "uri",
    "local_path"], "properties": {"id": {"type": "string"}, "created_at": {"type": "string",
    "format": "date-time"}, "datum_id": {"type": "string"}, "job_id": {"type": "string"},
    "uri": {"type": "string"}, "local_path": {"type": "string"}, "local_path_encoded":
    {"type": "string",
    "description": "Only when the path is not UTF-8: its bytes, percent-encoded."}}},
"Attempt": {"type": "object", "required": ["attempt", "end", "claimed_at", "started_at",
    "finished_at", "error_message"], "properties": {"attempt": {"type": "integer"}, "end":
    {"type": "string", "enum": ["failed", "timed_out", "rescued", "returned"]}, "claimed_at":
    {"type": "string", "format": "date-time"}, "started_at": {"type": ["string", "null"],
    "format": "date-time"}, "finished_at": {"type": "string", "format": "date-time"},
    "error_message": {"type": ["string", "null"]}}},
"Output": {"type": "object", "required": ["path", "status"], "properties": {"path":
    {"type": "string", "description": "Below the egress, percent-encoded."}, "status":
    {"type": "string", "enum": ["running", "done", "error"]}}},
"DatumDescription": {"type": "object", "required": ["datum", "input_files", "attempts",
    "outputs"], "properties": {"datum": {"$ref": "#/components/schemas/Datum"}, "input_files":
    {"type": "array", "items": {"$ref": "#/components/schemas/InputFile"}}, "attempts":
    {"type": "array", "items": {"$ref": "#/components/schemas/Attempt"}}, "outputs":
    {"type": "array", "items": {"$ref": "#/components/schemas/Output"}}}},
"Why": {"type": "object", "required": ["why", "data"], "properties": {"why":
    {"type": "string"}, "data": {}}},
"Reserve": {"type": "object", "required": ["node_name", "pod_name"], "properties":
    {"node_name": {"type": "string"}, "pod_name": {"type": "string"}, "prefetch":
    {"type": "boolean"}, "wait": {"type": "integer"}}},
"Reserved": {"type": ["object", "null"], "required": ["datum", "input_files", "attempt"],
    "properties": {"datum": {"$ref": "#/components/schemas/Datum"}, "input_files":
    {"type": "array", "items": {"$ref": "#/components/schemas/InputFile"}}, "attempt":
    {"type": "integer"}}},
"Lease": {"type": "object", "required": ["pod_name"], "properties": {"pod_name":
    {"type": "string"}, "attempt": {"type": "integer"}, "wait": {"type": "integer"}, "reason":
    {"type": "string"}}},
"Report": {"type": "object", "required": ["pod_name", "datum"], "properties": {"pod_name":
    {"type": "string"}, "attempt": {"type": "integer"}, "datum": {"type": "object", "required":
    ["status"], "properties": {"status": {"type": "string", "enum": ["done", "error"]},
    "output": {"type": ["string", "null"]}, "error_message": {"type": ["string", "null"]},
    "backtrace": {"type": ["string", "null"]}}}}},
"UploadLeave": {"type": "object", "required": ["leave_ms"], "properties": {"leave_ms":
    {"type": "integer"}}},
"LogRecords": {"type": "string", "format": "binary"},
"LogOffset": {"type": "object", "required": ["offset"], "properties": {"offset":
    {"type": "integer"}}},
"NewOutputs": {"type": "object", "required": ["pod_name", "output_files"], "properties":
    {"pod_name": {"type": "string"}, "attempt": {"type": "integer"}, "output_files":
    {"type": "array", "items": {"type": "object", "required": ["uri"], "properties": {"uri":
    {"type": "string"}}}}}},
"OutputFile": {"type": "object", "required": ["id", "created_at", "updated_at", "status",
    "job_id", "datum_id", "uri"], "properties": {"id": {"type": "string"}, "created_at":
    {"type": "string", "format": "date-time"}, "updated_at": {"type": "string",
    "format": "date-time"}, "status": {"type": "string", "enum": ["running", "done", "error"]},
    "job_id": {"type": "string"}, "datum_id": {"type": "string"}, "uri": {"type": "string"}}},
"OutputFiles": {"type": "object", "required": ["output_files", "leave_ms"], "properties":
    {"output_files": {"type": "array", "items": {"$ref": "#/components/schemas/OutputFile"}},
    "leave_ms": {"type": "integer"}}},
"OutputChanges": {"type": "object", "required": ["pod_name", "output_files"], "properties":
    {"pod_name": {"type": "string"}, "attempt": {"type": "integer"}, "output_files":
    {"type": "array", "items": {"type": "object", "required": ["id", "status"], "properties":
    {"id": {"type": "string"}, "status": {"type": "string", "enum": ["running", "done",
    "error"]}}}}}}
})json";

} // namespace sluice
