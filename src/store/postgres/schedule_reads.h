// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/postgres/connection.h"
#include "store/schedule_reads.h"

namespace sluice::postgres {

// schedules.sql: each call is one statement, and so one snapshot.
class PostgresScheduleReads final : public ScheduleReads {
public:
    explicit PostgresScheduleReads(Connection& connection) : connection_(connection) {}

    std::optional<StoredSchedule> schedule(ScheduleId id) override;
    std::vector<StoredSchedule> schedules(const Filter& filter) override;
    std::vector<TickRow> ticks(ScheduleId id, std::size_t skip, std::size_t limit) override;
    std::optional<Time> next_due() override;

private:
    Connection& connection_;
};

} // namespace sluice::postgres
