// SPDX-License-Identifier: Apache-2.0
#include "api/request_trace.h"

#include "net/plain_path.h"

#include <fmt/format.h>

namespace sluice {

namespace {

// Two headers contradict each other: neither counts.
std::optional<TraceContext> parent_of(const Request& request)
{
    if (request.headers.count("traceparent") != 1)
        return std::nullopt;
    return parse_traceparent(*request.headers.find("traceparent"));
}

// Clients look at a task as often as they like: that is not a part of its life.
std::optional<TraceId> task_trace(const RequestRecord& record)
{
    const Request& request = record.request;
    const bool is_look = request.method == Method::get || request.method == Method::head;
    if (is_look || !record.route || !record.route->pattern.starts_with("/task/"))
        return std::nullopt;
    for (const Field& field : request.path_fields)
        if (const std::optional<Uid> uid = parse_uid(field.value);
            uid && trace_of(*uid) != TraceId())
            return trace_of(*uid);
    return std::nullopt;
}

std::string method_name(Method method)
{
    return method == Method::other ? "_OTHER" : std::string(name(method));
}

} // namespace

void trace_request(Tracer& tracer, const RequestRecord& record, Time ended)
{
    const Request& request = record.request;
    const std::optional<TraceContext> parent = parent_of(request);
    Span span;
    span.context = tracer.begin(parent, task_trace(record));
    if (!span.context.is_sampled)
        return;
    if (parent)
        span.parent = parent->span;
    const std::string method = method_name(request.method);
    span.name = record.route ? fmt::format("{} {}", method, record.route->pattern) : method;
    span.begun = ended - record.duration;
    span.ended = ended;
    if (record.status >= 500)
        span.error = std::to_string(record.status);
    Json& attributes = span.attributes;
    attributes["http.request.method"] = method;
    if (record.route)
        attributes["http.route"] = record.route->pattern;
    attributes["http.response.status_code"] = record.status;
    attributes["url.path"] = plain_path(request.target.path);
    if (const auto batch = record.headers ? record.headers->find("X-Batch-ID") : std::nullopt)
        attributes["sluice.batch.id"] = *batch;
    tracer.record(std::move(span));
}

} // namespace sluice
