// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "model/schedule/schedule_ticks.h"

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// What stands in the documents of schedules of workflows and of triggers, as it came.

struct CronDocument {
    std::string workflow; // by whatever name
    std::string workflow_namespace;
    std::string expression;
    std::string timezone = "UTC";
    Catchup catchup = Catchup::skip;
    std::optional<Time> start = {};
    std::optional<Time> end = {};
};

struct TriggerDocument {
    std::string workflow = {};           // by whatever name; empty: it is never asked
    std::string workflow_namespace = {}; // empty: nobody knew it when the trigger was registered
    Micros interval{0};
    std::string cron = {}; // asked at these times instead
    std::string timezone = "UTC";
    bool allow_concurrent = false;

    friend bool operator==(const TriggerDocument&, const TriggerDocument&) = default;
};

std::string format_document(const CronDocument& document);
std::string format_document(const TriggerDocument& document);

// Stored ones. Errors: corrupt.
Result<CronDocument> read_cron_document(std::string_view text);
Result<TriggerDocument> read_trigger_document(std::string_view text);

// What makes two registrations the same.
std::string key_of(const CronDocument& document);

// When it fires. Errors: invalid (the expression, the zone, an end before the start), unavailable
// (this machine knows no zones).
Result<Schedule> timing_of(const CronDocument& document);

// When its function is asked, of one with `cron`. Errors: likewise.
Result<Schedule> timing_of(const TriggerDocument& document);

} // namespace sluice
