// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/wire_task.h"
#include "store/schedule_rows.h"

namespace sluice {

// What schedules and their ticks are over HTTP.

// Errors (corrupt): what is stored is not what was written.
Result<Json> schedule_json(const StoredSchedule& schedule, const SpellId& spell);

// `schedule_id` is its public id.
Json tick_json(const TickRow& tick, std::string_view schedule_id, const SpellId& spell);

} // namespace sluice
