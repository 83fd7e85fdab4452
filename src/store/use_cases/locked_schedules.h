// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/rows.h"
#include "store/schedule_rows.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace sluice {

// The schedule rows that a group has locked, moved in memory and written back once at its end, and
// what it knows of their ticks.
struct LockedSchedules {
    using TickKey = std::pair<ScheduleId, Time>;
    using ContextKey = std::pair<ScheduleId, std::string>; // of a trigger, by the context's hash

    struct Fire {
        Time at;
        bool is_active = false; // its run is not final
    };

    std::map<ScheduleId, ScheduleRow> rows;
    std::vector<ScheduleId> moved;
    std::vector<TickRow> ticks; // to be recorded
    std::vector<EventRow> events;
    std::map<TickKey, TickRow> failed;    // ticks that somebody tries again, as they stand now
    std::vector<TickKey> tried;           // those of them that are to be written
    std::map<ContextKey, Fire> fires;     // the latest of contexts that are fired
    std::map<ScheduleId, Time> free_from; // what stands before is taken by this group

    ScheduleRow* find(ScheduleId id)
    {
        const auto found = rows.find(id);
        return found == rows.end() ? nullptr : &found->second;
    }
};

} // namespace sluice
