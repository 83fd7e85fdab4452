// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/trace_context.h"
#include "model/webhook/action.h"
#include "model/webhook/trigger.h"
#include "net/http_client.h"
#include "net/webhook_signature.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// One webhook: an action of a task on its way to the target.
struct WebhookCall {
    const Action& action;
    const Json& metadata; // of the task
    std::string task_id;
    std::string batch_id;
    int attempt = 1;
    Trigger trigger = Trigger::start;
    std::string key; // idempotency_key() or follow_up_key(): the same for each try
};

// What all webhooks of a server share.
struct WebhookSettings {
    std::string host_url;               // where targets reach us, without a slash at the end
    std::string handle_key;             // signs the tokens of handles
    std::function<bool()> needs_token;  // whether handles have one now; unset: they have none
    std::vector<WebhookSecret> secrets; // none: webhooks are not signed
    std::chrono::milliseconds timeout{10'000}; // of one try, when the action says nothing
};

// Where the target of a task reports: "<host>/task/<id>", with a token when it needs one.
std::string task_handle(const WebhookSettings& settings, std::string_view task_id);

// The trace of all webhooks of a task.
TraceId trace_of_task(std::string_view task_id);

// The request of one try. `sent_at` is signed, `context` names the try in traces. Errors (invalid):
// a template that has no value.
Result<ClientRequest> webhook_request(
    const WebhookSettings& settings, const WebhookCall& call, Time sent_at,
    const TraceContext& context
);

} // namespace sluice
