// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/rows.h"
#include "store/schedule_rows.h"

#include <map>
#include <vector>

namespace sluice {

// The schedule rows that a group has locked, moved in memory and written back once at its end.
struct LockedSchedules {
    std::map<ScheduleId, ScheduleRow> rows;
    std::vector<ScheduleId> moved;
    std::vector<TickRow> ticks; // to be recorded
    std::vector<EventRow> events;

    ScheduleRow* find(ScheduleId id)
    {
        const auto found = rows.find(id);
        return found == rows.end() ? nullptr : &found->second;
    }
};

} // namespace sluice
