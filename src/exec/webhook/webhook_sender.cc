// SPDX-License-Identifier: Apache-2.0
#include "exec/webhook/webhook_sender.h"

#include "net/backoff.h"

#include <fmt/format.h>

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

Async<WebhookReply> WebhookSender::send(WebhookCall call)
{
    const std::string span = fmt::format("{:016x}", random_.next() | 1); // never zero
    Result<ClientRequest> request = webhook_request(settings_, call, clock_.now(), span);
    if (!request)
        co_return not_answered(request.error());
    WebhookReply reply;
    request->on_body = keep_in(reply);
    const Result<ClientResponse> response = co_await client_.send(*std::move(request));
    if (!response)
        co_return not_answered(response.error());
    reply.answer.status = response->status;
    if (const auto after = response->headers.find("Retry-After"))
        reply.answer.retry_after = parse_retry_after(*after);
    co_return reply;
}

} // namespace sluice
