// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/schedule_rows.h"

#include <span>
#include <vector>

namespace sluice {

// The statements of schedules in an open transaction; see Tables.
class ScheduleTables {
public:
    virtual ~ScheduleTables() = default;

    // Sorted; those that do not exist are missing from the answer.
    virtual std::vector<ScheduleRow> lock_schedules(std::span<const ScheduleId> ids) = 0;
    virtual void insert_schedule(const StoredSchedule& schedule) = 0;
    // What a user has said: enabled, version, updated_at, name, document.
    virtual void update_schedule(const StoredSchedule& schedule) = 0;
    // How far it has come: settled, next_due, tick_count, last_fired_at, last_run.
    virtual void move_schedules(std::span<const ScheduleRow> rows) = 0;
    virtual void delete_schedule(ScheduleId id) = 0; // and its ticks

    // Due by `now` and not locked by others, the longest due first; due again at `until`. In no
    // order.
    virtual std::vector<StoredSchedule>
    take_due_schedules(Time now, Time until, std::size_t limit) = 0;

    virtual void insert_ticks(std::span<const TickRow> rows) = 0;  // conflict: it was fired before
    virtual void prune_ticks(ScheduleId id, std::size_t keep) = 0; // all but the latest
};

} // namespace sluice
