// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/use_cases/context.h"

#include <optional>

namespace sluice {

// What happens to schedules in a group: who fires a tick moves the schedule past it in the same
// transaction, so that a tick is never lost nor fired twice.

// Locks all schedules that the group is about. After the runs, before any other row.
void lock_schedules(WriteContext& context, Group& group);

// Why a decision about ticks does not count any more; nothing: it does.
std::optional<Error> refusal(WriteContext& context, const ScheduleMove& move);

// The decision counts.
void apply(WriteContext& context, const ScheduleMove& move);

// The tick of a schedule that was moved past it. Its schedule and times are filled in.
void record(WriteContext& context, ScheduleId id, TickRow tick);

// Writes what has happened; once, at the end of the group.
void settle_schedules(WriteContext& context);

// The public id of the schedule, for events.
std::string schedule_uid(const WriteContext& context, const ScheduleRow& row);

} // namespace sluice
