// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/service_codec.h"

namespace sluice::postgres {

CardRow read_card(Row& row)
{
    CardRow card;
    std::int32_t flags = 0;
    row.into(card.task, card.run, flags);
    row.into(card.success_actions, card.failure_actions, card.cancel_actions);
    row.into(card.expected_count, card.scheduled_at, card.deleted_at, card.kind, card.name);
    row.into(card.group, card.requester, card.metadata, card.rules, card.gates);
    card.flags = static_cast<std::uint8_t>(flags);
    return card;
}

ProgressRow read_progress(Row& row)
{
    ProgressRow progress;
    row.into(progress.task, progress.run, progress.updated_at);
    row.into(progress.success, progress.failures, progress.cancel_actions_count);
    row.into(progress.failure_reason, progress.cancel_actions);
    return progress;
}

DeliveryRow read_delivery(Row& row)
{
    DeliveryRow delivery;
    row.into(delivery.id, delivery.run, delivery.task, delivery.next);
    row.into(delivery.created_at, delivery.updated_at);
    row.into(delivery.attempt, delivery.position, delivery.tries, delivery.answered);
    row.into(delivery.trigger, delivery.status, delivery.reason, delivery.answer);
    row.into(delivery.action, delivery.key);
    return delivery;
}

} // namespace sluice::postgres
