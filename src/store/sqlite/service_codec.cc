// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/service_codec.h"

#include "store/batch_figures.h"

namespace sluice::sqlite {

CardRow read_card(Row& row)
{
    CardRow card;
    into(row, card.task, card.run, card.flags);
    into(row, card.success_actions, card.failure_actions, card.cancel_actions);
    into(row, card.expected_count, card.scheduled_at, card.deleted_at, card.kind, card.name);
    into(row, card.group, card.requester, card.metadata, card.rules, card.gates);
    return card;
}

ProgressRow read_progress(Row& row)
{
    ProgressRow progress;
    into(row, progress.task, progress.run, progress.updated_at);
    into(row, progress.success, progress.failures, progress.cancel_actions_count);
    into(row, progress.failure_reason, progress.cancel_actions);
    return progress;
}

DeliveryRow read_delivery(Row& row)
{
    DeliveryRow delivery;
    into(row, delivery.id, delivery.run, delivery.task, delivery.next);
    into(row, delivery.created_at, delivery.updated_at);
    into(row, delivery.attempt, delivery.position, delivery.tries, delivery.answered);
    into(row, delivery.trigger, delivery.status, delivery.reason, delivery.answer);
    into(row, delivery.action, delivery.key);
    return delivery;
}

std::int64_t read_sum(Row& row)
{
    const auto high = row.get<std::int64_t>();
    const auto low = row.get<std::int64_t>();
    return sum_of_halves(high, low);
}

} // namespace sluice::sqlite
