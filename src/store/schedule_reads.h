// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/schedule_rows.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

// What may be asked about schedules; see Reads.
class ScheduleReads {
public:
    virtual ~ScheduleReads() = default;

    virtual std::optional<StoredSchedule> schedule(ScheduleId id) = 0;

    struct Filter {
        std::string name_part; // literally; empty: any
        std::optional<bool> enabled;
        std::size_t skip = 0; // so many of the newest
        std::size_t limit = 50;
    };
    virtual std::vector<StoredSchedule> schedules(const Filter& filter) = 0; // newest first

    // Newest first.
    virtual std::vector<TickRow> ticks(ScheduleId id, std::size_t skip, std::size_t limit) = 0;

    // The earliest time at which a schedule is to be looked at.
    virtual std::optional<Time> next_due() = 0;
};

} // namespace sluice
