// SPDX-License-Identifier: Apache-2.0
#include "api/openapi_schemas.h"
#include "api/openapi_task_schemas.h"
#include "api/protocol.h"
#include "api/routes.h"

#include "base/assert.h"
#include "base/text.h"
#include "net/http.h"

#include <fmt/format.h>

namespace sluice {

namespace {

struct Parameter {
    std::string_view name;
    std::string_view type;
    std::string_view description;
};

constexpr Parameter parameters[] = {
    {"action", "string", "Only this action: submit, cancel, …"},
    {"actor", "string", "Only what this one did: the name of an API key, or of a requester."},
    {"after", "string",
     "Id of the last datum of the page before; of the audit, a time: only then or later."},
    {"attempt", "integer", "Number of the attempt, from 1; by default the last one."},
    {"batch", "string", "Only what happens to tasks of this batch."},
    {"batch_id", "string", "Only those of this batch."},
    {"before", "string",
     "Id of the last one of the page before; of the audit, a time: only then or earlier."},
    {"bytes", "integer", "How many bytes about; 0: none, and the headers alone."},
    {"created_after", "string", "Only those created at this time (RFC 3339) or later."},
    {"created_before", "string", "Only those created at this time or earlier."},
    {"cursor", "integer", "Only what stands behind this line; `Link` has it."},
    {"deleted", "boolean", "true: those that were deleted softly, instead of the others."},
    {"enabled", "boolean", "Only those that are enabled, or are not."},
    {"follow", "integer", "1: stay until the attempt has ended."},
    {"group_id", "string", "Only those of this group."},
    {"job_name", "string", "Name of the job."},
    {"kind", "string", "A part of the kind; case matters."},
    {"limit", "integer", "Length of a page, at most 1000; 100 by default."},
    {"metadata", "string", "JSON that the metadata contains."},
    {"name", "string", "A part of the name."},
    {"object", "string", "Only about this kind of thing: task, batch, job, group, key, …"},
    {"object_id", "string", "Only about this one."},
    {"offset", "integer", "Bytes of the log before."},
    {"page", "integer", "Number of the page, from 0."},
    {"page_size", "integer",
     "Length of a page; at most 100 and by default 50, unless the server is set otherwise."},
    {"pod_name", "string", "Name of the worker."},
    {"purge", "string", "soft: hides a final task instead of canceling a live one."},
    {"restart", "integer",
     "1, with offset=0: the log begins anew, what the server has of it goes."},
    {"status", "string", "Only those with this status."},
    {"stream", "string", "stdout or stderr; both by default."},
    {"task", "string", "Only what happens to this task."},
    {"task_id", "string", "Only those of this task."},
    {"timeout", "integer", "Seconds to wait at most; of tasks, only those with this timeout."},
    {"trigger", "string", "on_start, on_success, on_failure or on_cancel."},
};

Json reference(std::string_view schema)
{
    Json json = Json::object();
    json["$ref"] = fmt::format("#/components/schemas/{}", schema);
    return json;
}

Json content(std::string_view type, Json schema)
{
    Json media = Json::object();
    media["schema"] = std::move(schema);
    Json json = Json::object();
    json[std::string(type)] = std::move(media);
    return json;
}

Json query_parameter(std::string_view name)
{
    for (const Parameter& parameter : parameters)
        if (parameter.name == name)
            return Json{
                {"name", name},
                {"in", "query"},
                {"description", parameter.description},
                {"schema", Json::object({{"type", parameter.type}})}};
    SLUICE_ASSERT(!"a query parameter that nobody explains");
    return {};
}

Json parameters_of(const Operation& operation)
{
    Json list = Json::array();
    for (const std::string& segment : split(operation.pattern, '/'))
        if (segment.starts_with('{'))
            list.push_back(Json{
                {"name", segment.substr(1, segment.size() - 2)},
                {"in", "path"},
                {"required", true},
                {"schema", Json::object({{"type", "string"}})}});
    for (const std::string_view name : operation.query)
        list.push_back(query_parameter(name));
    return list;
}

std::string_view meaning(int status)
{
    switch (status) {
    case 400:
        return "The request cannot be understood.";
    case 401:
        return "The API key is missing or unknown.";
    case 403:
        return "Not allowed with this API key or to this worker.";
    case 404:
        return "There is no such thing.";
    case 409:
        return "The state of things does not allow it.";
    case 413:
        return "The body is too large.";
    case 415:
        return "The body is not JSON.";
    case 416:
        return "No byte of the range exists.";
    case 422:
        return "The specification has problems; `details` has them all.";
    case 429:
        return "A limit is reached; try later.";
    case 503:
        return "The database is away or the server stops; try later.";
    default:
        return "Good.";
    }
}

Json good_answer(const Operation& operation)
{
    Json response = Json::object();
    response["description"] = operation.status == 204 ? "Done." : meaning(operation.status);
    if (!operation.answer.empty())
        response["content"] = content(operation.content_type, reference(operation.answer));
    else if (operation.content_type != "application/json")
        response["content"] = content(operation.content_type, Json::object({{"type", "string"}}));
    return response;
}

Json responses_of(const Operation& operation)
{
    Json responses = Json::object();
    responses[std::to_string(operation.status)] = good_answer(operation);
    for (const int status : operation.also) {
        Json& response = responses[std::to_string(status)];
        if (status == 204)
            response["description"] = "Good, there is nothing to say.";
        else
            response = good_answer(operation);
    }
    std::vector<int> errors = operation.errors;
    if (std::find(errors.begin(), errors.end(), 416) != errors.end()) { // it takes ranges
        responses["206"] = good_answer(operation);
        responses["206"]["description"] = "The part that `Range` asks for.";
    }
    if (operation.access == Access::authenticated)
        errors.insert(errors.end(), {400, 401, 403, 503});
    else if (operation.pattern == "/health" || operation.pattern == "/ready")
        responses["503"] = good_answer(operation);
    std::sort(errors.begin(), errors.end());
    for (const int status : errors)
        responses[std::to_string(status)] = Json{
            {"description", meaning(status)},
            {"content", content("application/json", reference("Error"))}};
    return responses;
}

Json operation_json(const Operation& operation)
{
    Json json = Json::object();
    json["summary"] = operation.summary;
    json["parameters"] = parameters_of(operation);
    if (!operation.body.empty()) {
        const bool is_binary = operation.body == "LogRecords";
        const bool is_optional = operation.body == "RetryJob";
        json["requestBody"] = Json{
            {"required", !is_optional},
            {"content", content(
                            is_binary ? "application/octet-stream" : "application/json",
                            reference(operation.body)
                        )}};
    }
    json["responses"] = responses_of(operation);
    if (operation.access == Access::open)
        json["security"] = Json::array();
    return json;
}

Json security_schemes()
{
    return Json{
        {"basic",
         {{"type", "http"},
          {"scheme", "basic"},
          {"description", "Any user name; the password is an API key."}}},
        {"bearer",
         {{"type", "http"}, {"scheme", "bearer"}, {"description", "The token is an API key."}}}};
}

} // namespace

Json openapi_document(const std::vector<Operation>& operations, std::string_view version)
{
    Json paths = Json::object();
    for (const Operation& operation : operations)
        paths[std::string(operation.pattern)][to_lower(name(operation.method))] =
            operation_json(operation);
    Json schemas = parse_json(openapi_schemas).value();
    schemas.update(task_schemas());
    Json either = Json::array();
    for (const char* scheme : {"basic", "bearer"}) {
        Json one = Json::object();
        one[scheme] = Json::array();
        either.push_back(std::move(one));
    }
    const std::string about = fmt::format(
        "Batch jobs and the task service of Sluice. Every answer has the header {}: {}; a request "
        "that names another protocol is refused. Without API keys a server on a loopback address "
        "asks for none.",
        protocol_header, protocol_version
    );
    return Json{
        {"openapi", "3.1.0"},
        {"info", {{"title", "Sluice"}, {"version", version}, {"description", about}}},
        {"security", std::move(either)},
        {"paths", std::move(paths)},
        {"components", {{"securitySchemes", security_schemes()}, {"schemas", std::move(schemas)}}}};
}

} // namespace sluice
