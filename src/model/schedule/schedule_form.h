// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/schedule/schedule_ticks.h"
#include "model/validation.h"

#include <chrono>
#include <optional>

namespace sluice {

// What a document says about when a schedule fires: cron, every or at, and what limits them. Its
// spelling is not kept: who shows it again shows the document.
struct ScheduleForm {
    std::optional<Cron> cron;
    std::optional<std::chrono::seconds> every;
    std::optional<Time> at;
    std::optional<Zone> zone;
    std::optional<Time> start;
    std::optional<Time> end;
    std::chrono::seconds jitter{0};
    Catchup catchup = CatchupRule{}.policy;
    std::int64_t catchup_max = CatchupRule{}.ticks_max;
};

struct ScheduleLimits {
    static constexpr std::chrono::seconds jitter_max = std::chrono::hours(24);
    static constexpr std::int64_t catchup_max = 10'000; // they all fire in one moment
};

// The schedule that was read into the form. Adds the problems that no member has alone to those of
// the document: which of them belong together, and whether there is any tick. With problems, those
// or others, the answer means nothing.
Schedule to_schedule(const ScheduleForm& form, const Value& document);

CatchupRule catchup_rule(const ScheduleForm& form);

} // namespace sluice
