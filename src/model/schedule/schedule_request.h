// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/schedule/schedule_form.h"

#include <string>
#include <string_view>

namespace sluice {

// What a tick does while the batch of the one before is not final.
enum class Overlap : std::uint8_t {
    allow,  // its own batch runs beside
    skip,   // nothing
    cancel, // that batch is canceled first
};

std::string_view name(Overlap overlap);

struct ScheduleNameLimits {
    static constexpr std::size_t bytes_max = 255;
};

// What POST /schedules says, but for its tasks: those are read as POST /task is.
struct ScheduleRequest {
    std::string name;
    bool enabled = true;
    Overlap overlap = Overlap::allow;
    Schedule timing;
    CatchupRule catchup;
};

// All problems come at once; of `tasks` it says only whether they are there. Members that nobody
// knows are ignored.
Checked<ScheduleRequest> read_schedule_request(const Json& body);

// The members that were read, in the order in which they are shown and with what stands for absent
// ones: reading it again gives the same.
Json schedule_document(const Json& body);

// A document with some members replaced; null takes one back to what it is when absent. cron, every
// and at take the place of each other.
Json changed_schedule(Json document, const Json& changes);

// The first tick at or after which a schedule that stands at `settled` is to be looked at; nothing:
// it is over.
std::optional<Time> next_due(const Schedule& schedule, ScheduleId id, Time settled);

// JSON Schema (2020-12) of the two bodies; `tasks` is that of their tasks.
Json schedule_request_schema(const Json& tasks);
Json schedule_change_schema(const Json& tasks);

} // namespace sluice
