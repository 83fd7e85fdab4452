// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/wire_task.h"
#include "base/json.h"
#include "tasks/task_history.h"

namespace sluice {

// GET /task/{id}/timeline: {"task_id", "events": [{"at", "event", "actor", "attempt", "status",
// "detail"}]}, the oldest first.
Json timeline_json(const TaskHistory& history, const SpellId& spell);

// GET /task/{id}/why: {"task_id", "status", "why", "parents", "rules", "not_before"}.
Json why_json(const TaskHistory& history, Time now, const SpellId& spell);

} // namespace sluice
