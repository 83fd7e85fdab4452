// SPDX-License-Identifier: Apache-2.0
#include "tasks/delivery_end.h"

#include "base/text.h"

#include <utility>

namespace sluice {

namespace {

bool continues_character(char c)
{
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// For people, and as text that every database accepts.
std::string end_of_answer(std::string_view body)
{
    if (body.size() > answer_bytes_max) {
        body.remove_prefix(body.size() - answer_bytes_max);
        for (int i = 0; i < 3 && continues_character(body.front()); ++i)
            body.remove_prefix(1);
    }
    return printable(body);
}

DeliveryStatus status_of(DeliveryState state)
{
    switch (state) {
    case DeliveryState::waiting:
        return DeliveryStatus::waiting;
    case DeliveryState::dead:
        return DeliveryStatus::dead;
    case DeliveryState::delivered:
        break;
    }
    return DeliveryStatus::delivered;
}

} // namespace

std::string key_of(const DeliveryRow& row, std::string_view task_id)
{
    if (!row.action.empty())
        return row.key;
    const auto index = static_cast<std::size_t>(row.position);
    return idempotency_key({task_id, row.attempt, row.trigger, index});
}

Retry retry_of(const DeliveryRow& row, const Action& action, const DeliveryDefaults& defaults)
{
    const bool is_follow_up = !row.action.empty();
    return retry_of(is_follow_up ? Trigger::success : row.trigger, action.retry, defaults);
}

EndTry end_of_try(
    const DeliveryRow& row, WorkerId worker, const WebhookReply& reply,
    const DeliveryVerdict& verdict, std::vector<FollowUpAction> follow_ups
)
{
    EndTry end;
    end.delivery = row.id;
    end.worker = worker;
    end.status = status_of(verdict.state);
    end.again_at = verdict.try_at;
    if (reply.answer.outcome == TryOutcome::answered)
        end.answered = reply.answer.status;
    end.reason = printable(verdict.reason);
    end.answer = end_of_answer(reply.body);
    end.follow_ups = std::move(follow_ups);
    return end;
}

EndTry handed_back(const DeliveryRow& row, WorkerId worker, Time again_at)
{
    EndTry end;
    end.delivery = row.id;
    end.worker = worker;
    end.status = DeliveryStatus::waiting;
    end.again_at = again_at;
    end.counts = false;
    end.answered = row.answered;
    end.reason = row.reason;
    end.answer = row.answer;
    return end;
}

} // namespace sluice
