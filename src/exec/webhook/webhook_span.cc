// SPDX-License-Identifier: Apache-2.0
#include "exec/webhook/webhook_span.h"

#include "net/guard/url_host.h"

#include <fmt/format.h>

namespace sluice {

namespace {

// What kind of failure the answer is; empty: it is a success. Redirects are not followed.
std::string failure_of(const Answer& answer)
{
    switch (answer.outcome) {
    case TryOutcome::answered:
        break;
    case TryOutcome::timed_out:
        return "timeout";
    case TryOutcome::unreachable:
        return "unreachable";
    case TryOutcome::refused:
        return "refused";
    }
    const bool is_success = answer.status >= 200 && answer.status <= 299;
    return is_success ? "" : std::to_string(answer.status);
}

void add_server(Json& attributes, const UrlHost& host)
{
    attributes["server.address"] = host.name;
    attributes["server.port"] = host.port;
}

} // namespace

Span webhook_span(const WebhookTry& made)
{
    const WebhookCall& call = made.call;
    const std::string_view method = http_method(call.action.params.verb);
    const Result<UrlHost> host = read_url_host(made.url);
    Span span;
    span.context = made.context;
    span.kind = SpanKind::client;
    span.name = fmt::format("{} {}", method, host ? host->name : "?");
    span.begun = made.begun;
    span.ended = made.ended;
    span.error = failure_of(made.answer);
    Json& attributes = span.attributes;
    attributes["http.request.method"] = method;
    if (host)
        add_server(attributes, *host);
    if (made.answer.outcome == TryOutcome::answered)
        attributes["http.response.status_code"] = made.answer.status;
    attributes["sluice.task.id"] = call.task_id;
    attributes["sluice.batch.id"] = call.batch_id;
    attributes["sluice.task.attempt"] = call.attempt;
    attributes["sluice.webhook.trigger"] = header_word(call.trigger);
    return span;
}

} // namespace sluice
