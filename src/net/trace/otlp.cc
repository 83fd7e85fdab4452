// SPDX-License-Identifier: Apache-2.0
#include "net/trace/otlp.h"

#include "base/text.h"

#include <algorithm>
#include <charconv>

namespace sluice {

namespace {

// Numbers of 64 bits are texts in the JSON form of protocol buffers.
std::string nanoseconds(Time time)
{
    return std::to_string(to_micros(time)) + "000";
}

int number_of(SpanKind kind)
{
    return kind == SpanKind::server ? 2 : 3;
}

Json attribute(std::string_view name, const Json& value)
{
    Json typed = Json::object();
    if (value.is_number_integer())
        typed["intValue"] = std::to_string(value.get<std::int64_t>());
    else
        typed["stringValue"] = value;
    Json entry = Json::object();
    entry["key"] = name;
    entry["value"] = std::move(typed);
    return entry;
}

Json attribute_list(const Json& attributes)
{
    Json list = Json::array();
    for (const auto& [name, value] : attributes.items())
        list.push_back(attribute(name, value));
    return list;
}

Json document_of(const Span& span)
{
    constexpr int failed = 2;
    Json document = Json::object();
    document["traceId"] = format_trace_id(span.context.trace);
    document["spanId"] = format_span_id(span.context.span);
    if (span.parent)
        document["parentSpanId"] = format_span_id(*span.parent);
    document["name"] = span.name;
    document["kind"] = number_of(span.kind);
    document["startTimeUnixNano"] = nanoseconds(span.begun);
    document["endTimeUnixNano"] = nanoseconds(span.ended);
    document["attributes"] = attribute_list(span.attributes);
    if (!span.error.empty()) {
        document["attributes"].push_back(attribute("error.type", span.error));
        document["status"] = Json::object({{"code", failed}});
    }
    return document;
}

Json resource_of(const TraceSource& source)
{
    Json attributes = Json::object();
    attributes["service.name"] = source.service_name;
    attributes["service.version"] = source.version;
    attributes["service.instance.id"] = source.instance;
    Json resource = Json::object();
    resource["attributes"] = attribute_list(attributes);
    return resource;
}

// It may come as a number, too.
std::uint64_t count_of(const Json& value)
{
    if (value.is_number_integer())
        return static_cast<std::uint64_t>(std::max<std::int64_t>(value.get<std::int64_t>(), 0));
    std::uint64_t count = 0;
    if (value.is_string()) {
        const auto& text = value.get_ref<const std::string&>();
        std::from_chars(text.data(), text.data() + text.size(), count);
    }
    return count;
}

} // namespace

Json otlp_request(const TraceSource& source, std::span<const Span> spans)
{
    Json scope = Json::object();
    scope["scope"] = Json::object({{"name", "sluice"}, {"version", source.version}});
    Json& list = scope["spans"] = Json::array();
    for (const Span& span : spans)
        list.push_back(document_of(span));
    Json resource = Json::object();
    resource["resource"] = resource_of(source);
    resource["scopeSpans"] = Json::array({std::move(scope)});
    Json request = Json::object();
    request["resourceSpans"] = Json::array({std::move(resource)});
    return request;
}

bool may_resend(int status)
{
    return status == 429 || status == 502 || status == 503 || status == 504;
}

Rejection rejection_in(std::string_view answer)
{
    Rejection rejection;
    const Result<Json> document = parse_json(answer);
    if (!document || !document->is_object() || !document->contains("partialSuccess"))
        return rejection;
    const Json& partial = (*document)["partialSuccess"];
    if (!partial.is_object())
        return rejection;
    rejection.count = count_of(partial.value("rejectedSpans", Json(0u)));
    const Json why = partial.value("errorMessage", Json(""));
    rejection.why = why.is_string() ? printable(why.get<std::string>()) : "";
    return rejection;
}

} // namespace sluice
