// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/postgres/connection.h"
#include "store/schedule_tables.h"

namespace sluice::postgres {

// schedules.sql; see PostgresTables.
class PostgresScheduleTables final : public ScheduleTables {
public:
    explicit PostgresScheduleTables(Connection& connection) : connection_(connection) {}

    std::vector<ScheduleRow> lock_schedules(std::span<const ScheduleId> ids) override;
    std::optional<StoredSchedule>
    schedule_with_key(ScheduleKind kind, std::string_view key) override;
    void insert_schedule(const StoredSchedule& schedule) override;
    void update_schedule(const StoredSchedule& schedule) override;
    void move_schedules(std::span<const ScheduleRow> rows) override;
    void delete_schedule(ScheduleId id) override;
    std::vector<StoredSchedule> take_due_schedules(const Due& due) override;
    void insert_ticks(std::span<const TickRow> rows) override;
    void update_ticks(std::span<const TickRow> rows) override;
    void prune_ticks(ScheduleId id, std::size_t keep) override;
    std::optional<TickRow> tick(ScheduleId id, Time at) override;
    std::vector<Time> tick_times(ScheduleId id, Time from, std::size_t limit) override;
    std::optional<Fire> latest_fire(ScheduleId id, std::string_view context_hash) override;

private:
    Connection& connection_;
};

} // namespace sluice::postgres
