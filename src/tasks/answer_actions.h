// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exec/executor.h"
#include "exec/webhook/webhook_sender.h"
#include "tasks/webhook_actions.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// What the answer to a webhook says, beside whether it was delivered.

// The body as JSON; nothing when it is empty, is something else, or was cut.
std::optional<Json> json_of(const WebhookReply& reply);

// The cancel actions that a target asks for when it accepts a start.
struct CancelRequest {
    Json actions = Json::array();     // as they were sent
    std::vector<std::string> ignored; // why, one line for each that is no good action
};

// `answer` is an action, a list of them, or anything else, which asks for nothing.
CancelRequest cancel_request(const Json& answer, const ActionRules& rules);

// What `when` makes of an answer.
struct AnswerEffect {
    std::optional<TaskState> outcome; // of the task
    std::string reason;               // says which entry decided; empty without an outcome
    std::vector<FollowUpAction> follow_ups;
};

// `key` is the idempotency key of the webhook that was answered. An answer after which the webhook
// is sent again has no effect.
AnswerEffect effect_of(
    const ReadyAction& ready, const WebhookReply& reply, const DeliveryVerdict& verdict,
    std::string_view key
);

// How a start ended, which is not tried again. What `when` asks for is done however it ended;
// nothing is registered by an answer that ends the task. `ignored` gets the lines of CancelRequest.
Outcome start_outcome(
    const WebhookReply& reply, const DeliveryVerdict& verdict, AnswerEffect effect,
    const ActionRules& rules, std::vector<std::string>& ignored
);

} // namespace sluice
