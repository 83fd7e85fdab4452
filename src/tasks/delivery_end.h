// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exec/webhook/webhook_sender.h"
#include "store/service_requests.h"
#include "tasks/answer_actions.h"

#include <string>
#include <string_view>

namespace sluice {

// What stands in the outbox about a webhook: before it is tried, and after.

// The idempotency key, the same for each try.
std::string key_of(const DeliveryRow& row, std::string_view task_id);

// What the answer to a start asked for is no start itself: its end is not that of the task.
Retry retry_of(const DeliveryRow& row, const Action& action, const DeliveryDefaults& defaults);

inline constexpr std::size_t answer_bytes_max = 2048; // that are kept of an answer, from its end

// How a try went.
EndTry end_of_try(
    const DeliveryRow& row, WorkerId worker, const WebhookReply& reply,
    const DeliveryVerdict& verdict, std::vector<FollowUpAction> follow_ups
);

// It was not tried, and is due again at that time.
EndTry handed_back(const DeliveryRow& row, WorkerId worker, Time again_at);

} // namespace sluice
