// SPDX-License-Identifier: Apache-2.0
#include "tasks/webhook_actions.h"

#include "model/task/task_payload.h"
#include "model/webhook/template_check.h"
#include "model/webhook/template_text.h"
#include "net/guard/url_host.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

bool text_mentions_metadata(std::string_view text)
{
    if (text.find("{{") == std::string_view::npos)
        return false;
    const Result<std::vector<TemplatePart>> parts = parse_template(text);
    return parts && std::ranges::any_of(*parts, [](const TemplatePart& part) {
               const auto* placeholder = std::get_if<Placeholder>(&part);
               return placeholder && placeholder->variable == TemplateVariable::metadata;
           });
}

bool body_mentions_metadata(const Json& body)
{
    if (body.is_string())
        return text_mentions_metadata(body.get_ref<const std::string&>());
    return body.is_structured() && std::ranges::any_of(body, body_mentions_metadata);
}

bool mentions_metadata(const Webhook& webhook)
{
    const auto in_header = [](const HeaderLine& line) {
        return text_mentions_metadata(line.value);
    };
    return text_mentions_metadata(webhook.url) ||
           (webhook.body && body_mentions_metadata(*webhook.body)) ||
           std::ranges::any_of(webhook.headers, in_header);
}

// No placeholder stands in the host, so its template says where it leads.
Result<std::string> target_of(const Webhook& webhook)
{
    const Result<UrlHost> host = read_url_host(sample_of_template(webhook.url));
    if (!host)
        return host.error();
    return fmt::format("{}:{}", host->name, host->port);
}

Result<Json> element_of(const std::string& array, std::size_t index)
{
    const Result<Json> list = parse_json(array);
    if (!list || !list->is_array() || index >= list->size())
        return Error{Errc::corrupt, "there is no such action"};
    return json_result((*list)[index]);
}

} // namespace

Result<ReadyActionRef> ready_action(const Json& document)
{
    Checked<Action> action = read_action(document, ActionRules());
    if (!action)
        return with_context("action", to_error(std::span<const Problem>(action.error())));
    if (action->ref)
        return Error{Errc::invalid, fmt::format("action '{}' is not stored here", *action->ref)};
    auto ready = std::make_shared<ReadyAction>();
    Result<std::string> target = target_of(action->params);
    if (!target)
        return with_context("url", target.error());
    ready->target = *std::move(target);
    ready->needs_metadata = mentions_metadata(action->params);
    if (!action->when.empty())
        ready->document = document;
    ready->action = *std::move(action);
    return ReadyActionRef(std::move(ready));
}

Result<ReadyActionRef> WebhookActions::at(
    const BatchFact& batch, const std::string& payload, Trigger trigger, std::size_t position
)
{
    return at(batch, payload, trigger, position, "");
}

Result<ReadyActionRef> WebhookActions::at(
    const BatchFact& batch, const std::string& payload, Trigger trigger, std::size_t position,
    const std::string& registered
)
{
    std::string key;
    if (payload.size() <= payload_bytes_max) {
        key = fmt::format("{} {} {} ", batch.run.value, static_cast<int>(trigger), position);
        key += payload;
        if (const auto kept = kept_.find(key); kept != kept_.end())
            return kept->second;
    }
    const Result<TaskPayload> documents = TaskPayload::read(payload, batch.spec);
    if (!documents)
        return documents.error();
    if (const Json* document = documents->action(trigger, position)) {
        Result<ReadyActionRef> ready = ready_action(*document);
        if (ready && !key.empty())
            keep(std::move(key), *document, *ready);
        return ready;
    }
    const Result<Json> document =
        element_of(registered, position - documents->actions(trigger).size());
    if (!document)
        return with_context(
            fmt::format("{}[{}]", member_name(trigger), position), document.error()
        );
    return ready_action(*document);
}

void WebhookActions::keep(std::string key, const Json& document, ReadyActionRef action)
{
    if (dump_json(document).size() > action_bytes_max)
        return;
    if (kept_.size() >= kept_max) {
        kept_.erase(order_.front());
        order_.pop_front();
    }
    order_.push_back(key);
    kept_.emplace(std::move(key), std::move(action));
}

} // namespace sluice
