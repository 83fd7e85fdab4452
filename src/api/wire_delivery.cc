// SPDX-License-Identifier: Apache-2.0
#include "api/wire_delivery.h"

#include "api/wire_values.h"

#include <algorithm>

namespace sluice {

namespace {

std::string key_of(const DeliveryRow& row, const std::string& task_id)
{
    if (!row.key.empty())
        return row.key;
    ActionPlace place;
    place.task_id = task_id;
    place.attempt = row.attempt;
    place.trigger = row.trigger;
    place.index = static_cast<std::size_t>(row.position);
    return idempotency_key(place);
}

} // namespace

Json delivery_json(const ServiceReads::DeliveryView& view, const SpellId& spell)
{
    const DeliveryRow& row = view.row;
    const std::string task_id = spell(UidKind::task, view.run_created_at, row.task.value);
    return Json{
        {"id", spell(UidKind::delivery, view.run_created_at, row.id.value)},
        {"task_id", task_id},
        {"batch_id", spell(UidKind::run, view.run_created_at, row.run.value)},
        {"attempt", row.attempt},
        {"trigger", name(row.trigger)},
        {"condition", condition_json(row.trigger)},
        {"position", row.position},
        {"status", delivery_status_names.name(row.status)},
        {"tries", row.tries},
        {"created_at", format_time(row.created_at)},
        {"updated_at", format_time(std::max(row.created_at, row.updated_at))},
        {"next_try_at", time_or_null(view.due)},
        {"answered_status", value_or_null(row.answered)},
        {"reason", text_or_null(row.reason)},
        {"answer", text_or_null(row.answer)},
        {"idempotency_key", key_of(row, task_id)}};
}

} // namespace sluice
