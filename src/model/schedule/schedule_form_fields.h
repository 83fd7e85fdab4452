// SPDX-License-Identifier: Apache-2.0
#pragma once

// The members of documents about schedules, each described once for reader and schema. Only the
// sources of such documents include this header.

#include "model/schedule/schedule_form.h"
#include "model/task/task_kinds.h"

namespace sluice {

// None, or a duration up to ScheduleLimits::jitter_max.
struct JitterKind {
    void read(const Value& value, std::chrono::seconds& out) const;
    Json schema() const;
};

// "none", "skip", "run_all".
struct CatchupKind {
    void read(const Value& value, Catchup& out) const;
    Json schema() const;
};

template <class Visitor>
void describe_ticks(Visitor& visitor, ScheduleForm& form)
{
    visitor.optional(
        "cron", form.cron, ParsedKind<Cron>{parse_cron},
        {.title = "Cron expression",
         .description = "minute hour day month weekday, or six fields with the second first; "
                        "L, W, # and names like @hourly are understood.",
         .examples = R"(["0 9 * * MON-FRI", "@hourly"])"}
    );
    visitor.optional(
        "every", form.every, DurationKind{},
        {.title = "Every",
         .description = "The distance of two ticks, counted from start, else from 1970 in UTC.",
         .examples = R"(["90s", "1h30m"])"}
    );
    visitor.optional(
        "at", form.at, TimeKind{},
        {.title = "At",
         .description = "The one time at which it fires.",
         .examples = R"(["2026-01-31T12:00:00Z"])"}
    );
    visitor.optional(
        "timezone", form.zone, ParsedKind<Zone>{find_zone},
        {.title = "Time zone",
         .description = "Whose clocks the cron expression follows; an IANA name.",
         .examples = R"(["Europe/Berlin"])",
         .fallback = R"("UTC")"}
    );
}

template <class Visitor>
void describe_limits(Visitor& visitor, ScheduleForm& form)
{
    visitor.optional(
        "start", form.start, TimeKind{},
        {.title = "Start", .description = "The first time at which it may fire."}
    );
    visitor.optional(
        "end", form.end, TimeKind{}, {.title = "End", .description = "From then on it never fires."}
    );
    visitor.optional(
        "jitter", form.jitter, JitterKind{},
        {.title = "Jitter",
         .description = "Each tick is delayed by less than this, by an amount of its own.",
         .examples = R"(["30s"])",
         .fallback = "0"}
    );
    visitor.optional(
        "catchup", form.catchup, CatchupKind{},
        {.title = "Catch-up",
         .description = "What becomes of ticks that were missed: none fires, one for all of them, "
                        "or each, the latest max_catchup.",
         .fallback = R"("skip")"}
    );
    visitor.optional(
        "max_catchup", form.catchup_max, IntegerKind{1, ScheduleLimits::catchup_max},
        {.title = "Most to catch up",
         .description = "How many missed ticks run_all fires at most.",
         .fallback = "100"}
    );
}

template <class Visitor>
void describe(Visitor& visitor, ScheduleForm& form)
{
    describe_ticks(visitor, form);
    describe_limits(visitor, form);
}

} // namespace sluice
