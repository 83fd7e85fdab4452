// SPDX-License-Identifier: Apache-2.0
#include "exec/webhook/webhook_sender.h"

#include "exec/webhook/webhook_span.h"
#include "net/backoff.h"
#include "net/trace/tracer.h"

#include <algorithm>

namespace sluice {

namespace {

// A URL or an address that is refused, or a template without a value, will not change by itself.
TryOutcome outcome_of(const Error& error)
{
    switch (error.code) {
    case Errc::timed_out:
        return TryOutcome::timed_out;
    case Errc::invalid:
        return TryOutcome::refused;
    default:
        return TryOutcome::unreachable;
    }
}

WebhookReply not_answered(const Error& error)
{
    WebhookReply reply;
    reply.answer.outcome = outcome_of(error);
    reply.answer.detail = error.detail;
    return reply;
}

// Takes the body up to its limit; what is longer is not received to its end.
std::function<bool(std::string_view)> keep_in(WebhookReply& reply)
{
    return [&reply](std::string_view bytes) {
        const std::size_t room = WebhookSender::body_bytes_max - reply.body.size();
        reply.body.append(bytes.substr(0, std::min(room, bytes.size())));
        reply.is_whole = bytes.size() <= room;
        return reply.is_whole;
    };
}

} // namespace

// Without traces of our own those of the target may still be found by the task.
TraceContext WebhookSender::trace(const WebhookCall& call)
{
    const TraceId task = trace_of_task(call.task_id);
    return tracer_ ? tracer_->begin({}, task) : TraceContext{task, new_span_id(random_)};
}

Async<WebhookReply> WebhookSender::send(WebhookCall call)
{
    const TraceContext context = trace(call);
    const Time begun = clock_.now();
    Result<ClientRequest> request = webhook_request(settings_, call, begun, context);
    if (!request)
        co_return not_answered(request.error());
    const std::string url = request->url;
    WebhookReply reply;
    request->on_body = keep_in(reply);
    const Result<ClientResponse> response = co_await client_.send(*std::move(request));
    if (!response) {
        reply = not_answered(response.error());
    } else {
        reply.answer.status = response->status;
        if (const auto after = response->headers.find("Retry-After"))
            reply.answer.retry_after = parse_retry_after(*after, clock_.now());
    }
    if (tracer_ && context.is_sampled)
        tracer_->record(webhook_span({call, url, reply.answer, context, begun, clock_.now()}));
    co_return reply;
}

} // namespace sluice
