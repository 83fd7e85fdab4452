// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/state.h"
#include "store/schedule_rows.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// The statements of schedules in an open transaction; see Tables.
class ScheduleTables {
public:
    virtual ~ScheduleTables() = default;

    // Sorted; those that do not exist are missing from the answer.
    virtual std::vector<ScheduleRow> lock_schedules(std::span<const ScheduleId> ids) = 0;
    virtual std::optional<StoredSchedule>
    schedule_with_key(ScheduleKind kind, std::string_view key) = 0;
    virtual void insert_schedule(const StoredSchedule& schedule) = 0; // conflict: the key is taken
    // What a user has said: enabled, version, updated_at, name, document, key. Conflict: likewise.
    virtual void update_schedule(const StoredSchedule& schedule) = 0;
    // How far it has come: settled, next_due, tick_count, last_fired_at, last_run, polled_at.
    virtual void move_schedules(std::span<const ScheduleRow> rows) = 0;
    virtual void delete_schedule(ScheduleId id) = 0; // and its ticks

    // Due by `now` and not locked by others, the longest due first; due again at `until`. In no
    // order.
    struct Due {
        ScheduleKind kind = ScheduleKind::batches;
        std::span<const std::string> keys; // of triggers only these
        Time now;
        Time until;
        std::size_t limit = 0;
    };
    virtual std::vector<StoredSchedule> take_due_schedules(const Due& due) = 0;

    virtual void insert_ticks(std::span<const TickRow> rows) = 0; // conflict: it was fired before
    // What has become of them: outcome, run, reason, tries, tried_at.
    virtual void update_ticks(std::span<const TickRow> rows) = 0;
    virtual void prune_ticks(ScheduleId id, std::size_t keep) = 0; // all but the latest
    virtual std::optional<TickRow> tick(ScheduleId id, Time at) = 0;
    // The first ones from a time on.
    virtual std::vector<Time> tick_times(ScheduleId id, Time from, std::size_t limit) = 0;

    // The latest tick of a trigger for a context, with the state of its run; none: it is gone.
    struct Fire {
        Time at;
        RunId run;
        std::optional<RunState> state;
    };
    virtual std::optional<Fire> latest_fire(ScheduleId id, std::string_view context_hash) = 0;
};

} // namespace sluice
