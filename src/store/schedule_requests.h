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
    enum class Due : std::uint8_t { by_timing, at_once, never };
    Due due = Due::by_timing; // of a trigger: as soon as somebody takes it, or it has no workflow
};

// It owes the ticks from now on. When there is one of that kind and key, the answer is that one,
// and nothing changes.
struct CreateSchedule {
    using Reply = ScheduleRow;
    ScheduleText text;
    std::string actor;
    ScheduleKind kind = ScheduleKind::batches;
    std::string key = {}; // of batches empty
};

// Replaces what the user has said. A schedule that begins anew owes the ticks from now on only.
// Errors: not_found, conflict (its version is another one, or another schedule has the key).
struct ChangeSchedule {
    using Reply = ScheduleRow;
    enum class Begins : std::uint8_t { as_it_stands, anew };
    ScheduleId schedule;
    std::int64_t version = 0;
    ScheduleText text;
    Begins begins = Begins::as_it_stands;
    std::string actor;
    std::string key = {}; // empty: as it is
};

// With its history; its batches stay. Errors: not_found.
struct DeleteSchedule {
    using Reply = bool;
    ScheduleId schedule;
    std::string actor;
};

// Gives up to `limit` schedules of a kind that are due, the longest due first. Nobody else is given
// them until now + `lease`; should the caller die, they are due again then.
struct TakeSchedules {
    using Reply = std::vector<StoredSchedule>;
    Micros lease = std::chrono::seconds(10);
    std::size_t limit = 100;
    ScheduleKind kind = ScheduleKind::batches;
    std::vector<std::string> keys = {}; // of triggers: those whose functions the caller has
};

// Triggers that the caller has taken stay with it until now + `lease`. The answer has those that
// are still its own, with what they are due by now.
struct RenewTriggers {
    struct Held {
        ScheduleId schedule;
        std::int64_t version = 0;
        Time next_due;         // as it was told last: who has it
        bool was_asked = true; // its function, just now
    };
    using Reply = std::vector<Held>;
    std::vector<Held> held;
    Micros lease = std::chrono::seconds(10);
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

// A tick that has failed, tried again by the submission that carries it. Refused (not_found) unless
// it stands as failed after so many tries.
struct RetriedTick {
    ScheduleId schedule;
    Time at;
    int tries = 0;
};

// The submission that carries it is what the function of a trigger, or a user, asks for. Its tick
// is the first free millisecond from now on, behind the latest of the same context. Refused:
// not_found (deleted, disabled, or of another version), conflict (a run that the same context has
// started is not final).
struct TriggerFire {
    ScheduleId schedule;
    std::int64_t version = 0;   // 0: a user's, whether it is enabled or not
    std::string context_hash;   // 32 hexadecimal digits
    bool may_be_active = false; // the same context is fired also while its run is not final
};

// A failed tick was tried again in vain: it counts. not_found: as RetriedTick.
struct CountTickTry {
    using Reply = bool;
    RetriedTick tick;
    std::string reason;
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
