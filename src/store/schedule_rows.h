// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/time.h"

#include <cstdint>
#include <optional>
#include <string>

namespace sluice {

// The rows of schedules and their history, as values.

// What a schedule creates, and so who looks at it (docs/decisions/0010).
enum class ScheduleKind : std::uint8_t {
    batches,  // of the task service: its servers
    workflow, // runs of a workflow: Runners
    trigger,  // runs that a function asks for: Runners that have it
};

struct ScheduleRow {
    ScheduleId id;
    bool enabled = true;
    std::int64_t version = 1;     // grows with each change by a user
    Time settled;                 // ticks up to here were fired or dropped
    std::optional<Time> next_due; // when it is to be looked at; none: disabled, or over
    std::int64_t tick_count = 0;  // that were recorded
    Time created_at;
    Time updated_at;                   // by a user
    std::optional<Time> last_fired_at; // when its last batch was created
    RunId last_run;
    std::string name;
    std::string actor; // who created it
    ScheduleKind kind = ScheduleKind::batches;
    std::string key = {};               // the same for equal registrations; of batches empty
    std::optional<Time> polled_at = {}; // when the function of a trigger was last asked

    friend bool operator==(const ScheduleRow&, const ScheduleRow&) = default;
};

// A schedule with what the user has said (model/schedule/schedule_request.h).
struct StoredSchedule {
    ScheduleRow row;
    std::string document; // JSON
};

// What became of a tick.
enum class TickOutcome : std::uint8_t { created, skipped, failed };

struct TickRow {
    ScheduleId schedule;
    Time at;       // the tick
    Time fired_at; // when it was recorded
    TickOutcome outcome = TickOutcome::created;
    RunId run; // that was created
    std::string reason;
    int tries = 0;                     // how often it was tried again after it failed
    std::optional<Time> tried_at = {}; // when it was last
    std::string context_hash = {};     // of a trigger: the same for equal contexts

    friend bool operator==(const TickRow&, const TickRow&) = default;
};

} // namespace sluice
