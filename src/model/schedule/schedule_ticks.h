// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/time.h"
#include "model/schedule/cron.h"
#include "model/schedule/zone.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice {

// When a schedule fires. A *tick* is a time at which it does; schedule and tick together name one
// firing for ever. Looked at late, a schedule owes the ticks since the last one that was settled,
// fired or dropped:
//
//     settled        missed                      on time    now      next
//   ─────┼─────────┼────┼────┼────┼─────────────────┼────────┼─────────┼──
//
// A tick is missed when it is more than the grace late, or when the one after it is due as well; so
// of all that are owed only the latest can be on time. That one always fires; the policy says what
// becomes of the missed ones.

struct CronTicks {
    Cron cron;
    Zone zone;

    friend bool operator==(const CronTicks&, const CronTicks&) = default;
};

// At the start of the schedule and then at equal distances; without a start they are counted from
// 1970 UTC, so that "every 1h" is due at full hours, on whatever machine.
struct EveryTicks {
    Micros interval; // more than zero

    friend bool operator==(const EveryTicks&, const EveryTicks&) = default;
};

struct SingleTick {
    Time at;

    friend bool operator==(const SingleTick&, const SingleTick&) = default;
};

struct Schedule {
    std::variant<CronTicks, EveryTicks, SingleTick> ticks;
    std::optional<Time> start = std::nullopt; // the first time at which there may be a tick
    std::optional<Time> end = std::nullopt;   // from here on there is none
    Micros jitter{0};                         // a tick is due less than this after its time

    friend bool operator==(const Schedule&, const Schedule&) = default;
};

// The first tick after `after`; nothing when there is none.
std::optional<Time> next_tick(const Schedule& schedule, Time after);

// When a tick is due: its time and a delay that depends on the schedule and the tick alone, below
// the jitter and below the distance to the next tick, so that ticks become due in their order.
Time due(const Schedule& schedule, ScheduleId id, Time tick);

// What becomes of missed ticks.
enum class Catchup : std::uint8_t {
    none,    // nothing
    skip,    // the latest of them fires for all
    run_all, // the latest `ticks_max` of them fire
};

std::string_view name(Catchup policy);
std::optional<Catchup> catchup(std::string_view name);

struct CatchupRule {
    Catchup policy = Catchup::skip;
    int ticks_max = 100;
    Micros grace = std::chrono::seconds(30); // a busy server is late; it has missed nothing yet
};

struct Look {
    Time settled; // the last tick that was fired or dropped, or when the schedule was made
    Time now;
};

struct OwedTicks {
    std::vector<Time> fire;   // now, oldest first
    Time settled;             // for the next look
    std::optional<Time> next; // the tick to wait for, until it is due; none: the schedule is over

    friend bool operator==(const OwedTicks&, const OwedTicks&) = default;
};

// What is to be done at `look.now`. A clock that was set back fires nothing twice: `settled` holds.
OwedTicks
owed_ticks(const Schedule& schedule, ScheduleId id, const Look& look, const CatchupRule& rule);

} // namespace sluice
