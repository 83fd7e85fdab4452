// SPDX-License-Identifier: Apache-2.0
#include "exec/webhook/webhook_request.h"

#include "base/assert.h"
#include "model/webhook/template_body.h"
#include "model/webhook/template_render.h"
#include "model/webhook/webhook_headers.h"
#include "net/access_token.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

// The URL with one more parameter behind its own, in front of its fragment.
std::string with_handle(std::string_view url, std::string_view handle)
{
    const std::string_view address = url.substr(0, url.find('#'));
    std::string_view separator = "?";
    if (const std::size_t query = address.find('?'); query != address.npos)
        separator = query + 1 == address.size() || address.ends_with('&') ? "" : "&";
    return fmt::format("{}{}handle={}", address, separator, url_component(handle));
}

std::vector<HeaderLine> own_headers(
    const WebhookSettings& settings, const WebhookCall& call, std::string_view body, Time sent_at,
    const TraceContext& context
)
{
    std::vector<HeaderLine> lines{
        {"Idempotency-Key", call.key},
        {"X-Task-Id", call.task_id},
        {"X-Task-Trigger", std::string(header_word(call.trigger))},
        {"X-Task-Attempt", std::to_string(call.attempt)},
        {"traceparent", format_traceparent(context)},
    };
    if (settings.secrets.empty())
        return lines;
    const std::int64_t seconds = to_micros(sent_at) / 1'000'000;
    lines.push_back({"webhook-id", call.key});
    lines.push_back({"webhook-timestamp", std::to_string(seconds)});
    lines.push_back(
        {"webhook-signature", webhook_signature({call.key, seconds, body}, settings.secrets)}
    );
    return lines;
}

Result<std::vector<HeaderLine>>
rendered_headers(const std::vector<HeaderLine>& templates, const TemplateFacts& facts)
{
    std::vector<HeaderLine> lines;
    for (const HeaderLine& line : templates) {
        Result<std::string> value = render_header(line.value, facts);
        if (!value)
            return with_context("header " + line.name, value.error());
        lines.push_back({line.name, *std::move(value)});
    }
    return lines;
}

bool names_content_type(const HeaderLine& line)
{
    return same_header(line.name, "Content-Type");
}

} // namespace

TraceId trace_of_task(std::string_view task_id)
{
    const std::optional<Uid> uid = parse_uid(task_id);
    SLUICE_ASSERT(uid); // ids of tasks are ours
    return trace_of(*uid);
}

std::string task_handle(const WebhookSettings& settings, std::string_view task_id)
{
    std::string handle = fmt::format("{}/task/{}", settings.host_url, task_id);
    if (settings.needs_token && settings.needs_token())
        handle += "?token=" + make_access_token(settings.handle_key, {"task", task_id});
    return handle;
}

Result<ClientRequest> webhook_request(
    const WebhookSettings& settings, const WebhookCall& call, Time sent_at,
    const TraceContext& context
)
{
    const Webhook& webhook = call.action.params;
    const TemplateFacts facts{call.metadata, call.task_id, call.batch_id, call.attempt};
    const Result<std::string> url = render_url(webhook.url, facts);
    if (!url)
        return with_context("url", url.error());
    Result<std::vector<HeaderLine>> headers = rendered_headers(webhook.headers, facts);
    if (!headers)
        return headers.error();

    ClientRequest request;
    if (webhook.body) {
        const Result<Json> body = render_body(*webhook.body, facts);
        if (!body)
            return with_context("body", body.error());
        request.body = dump_json(*body);
        if (std::ranges::none_of(*headers, names_content_type))
            headers->push_back({"Content-Type", "application/json"});
    }
    request.method = method_of(http_method(webhook.verb));
    request.url = with_handle(*url, task_handle(settings, call.task_id));
    const std::vector<HeaderLine> ours =
        own_headers(settings, call, request.body, sent_at, context);
    for (const HeaderLine& line : merge_headers(*headers, ours))
        request.headers.add(line.name, line.value);
    request.total_time =
        call.action.timeout.value_or(std::chrono::ceil<std::chrono::seconds>(settings.timeout));
    return request;
}

} // namespace sluice
