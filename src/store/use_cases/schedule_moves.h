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

// The run that a tick has created is the last one of its schedule.
void note_run(WriteContext& context, ScheduleId id, RunId run);

// The tick, to be changed in place before tried_again(). Errors: not_found (it does not stand as
// failed after so many tries any more).
Result<TickRow*> failed_tick(WriteContext& context, const RetriedTick& again);

// What has become of a failed tick is written with the group, and counts as a try.
void tried_again(WriteContext& context, TickRow& tick);

// What there is to say when a schedule was not found.
Error schedule_is_gone();

// Writes what has happened; once, at the end of the group.
void settle_schedules(WriteContext& context);

// The public id of the schedule, for events.
std::string schedule_uid(const WriteContext& context, const ScheduleRow& row);

} // namespace sluice
