// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/schedule/schedule_ticks.h"
#include "store/schedule_rows.h"

#include <cstddef>
#include <string>
#include <vector>

namespace sluice {

// The writes of schedules, as values; see requests.h.

// What a user has said of a schedule; both forms of it were checked.
struct ScheduleText {
    std::string name;
    bool enabled = true;
    Schedule timing;
    std::string document; // JSON
};

// It owes the ticks from now on.
struct CreateSchedule {
    using Reply = ScheduleRow;
    ScheduleText text;
    std::string actor;
};

// Replaces what the user has said. A schedule that begins anew owes the ticks from now on only.
// Errors: not_found, conflict (its version is another one).
struct ChangeSchedule {
    using Reply = ScheduleRow;
    enum class Begins : std::uint8_t { as_it_stands, anew };
    ScheduleId schedule;
    std::int64_t version = 0;
    ScheduleText text;
    Begins begins = Begins::as_it_stands;
    std::string actor;
};

// With its history; its batches stay. Errors: not_found.
struct DeleteSchedule {
    using Reply = bool;
    ScheduleId schedule;
    std::string actor;
};

// Gives up to `limit` schedules that are due, the longest due first. Nobody else is given them
// until now + `lease`; should the caller die, they are due again then.
struct TakeSchedules {
    using Reply = std::vector<StoredSchedule>;
    Micros lease = std::chrono::seconds(10);
    std::size_t limit = 100;
};

// How far a schedule has come by a decision about its ticks. The decision counts only while the
// schedule stands where it stood: whatever was decided besides is refused, too (not_found: it was
// changed, deleted, or settled by somebody else).
struct ScheduleMove {
    ScheduleId schedule;
    std::int64_t version = 0; // as it was when the decision was made
    Time settled_before;      // likewise
    Time settled;
    std::optional<Time> next_due;
};

// A tick that is fired by the submission that carries it: the run is created and the tick recorded
// in one transaction. A submission of which nothing is left after deduplication is a skipped tick.
struct FiredTick {
    ScheduleMove move;
    Time at;
};

// A tick without a batch, or (none) ticks that the policy drops.
struct SettleSchedule {
    using Reply = bool;
    ScheduleMove move;
    struct Tick {
        Time at;
        TickOutcome outcome = TickOutcome::failed;
        std::string reason;
    };
    std::optional<Tick> tick;
};

} // namespace sluice
