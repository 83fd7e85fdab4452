// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/schedule_reads.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/turnstile.h"

namespace sluice::sqlite {

// schedules.sql on one connection, which outlives this; see SqliteReads.
class SqliteScheduleReads final : public ScheduleReads {
public:
    // gate: null for no other connection
    SqliteScheduleReads(Connection& connection, Turnstile* gate)
        : connection_(connection), gate_(gate)
    {}

    std::optional<StoredSchedule> schedule(ScheduleId id) override;
    std::vector<StoredSchedule> schedules(const Filter& filter) override;
    std::vector<TickRow> ticks(ScheduleId id, std::size_t skip, std::size_t limit) override;
    std::optional<Time> next_due() override;

private:
    Connection& connection_;
    Turnstile* gate_;
};

} // namespace sluice::sqlite
