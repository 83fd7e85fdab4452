// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "model/task/task_rule.h"
#include "model/validation.h"
#include "model/webhook/trigger.h"
#include "store/service_requests.h"

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// What the bodies of changes say. Members that nobody knows are ignored, null is the same as
// absent, and all problems come at once.

// PATCH /task/{id}: what remains to be filled in is who, and of which task. Nothing at all is a
// heartbeat.
Checked<UpdateTask> read_task_update(const Json& body);
Json task_update_schema();

// PUT /task/{id}; one of them is above zero.
struct ReportedCounts {
    std::int64_t success = 0;
    std::int64_t failures = 0;
};
Checked<ReportedCounts> read_counts(const Json& body);
Json counts_schema();

// POST /deliveries/redeliver: which of the dead ones; ids are UUIDs.
struct RedeliverFilter {
    std::optional<std::string> task;
    std::optional<std::string> batch;
    std::optional<Trigger> trigger;
};
Checked<RedeliverFilter> read_redeliver_filter(const Json& body);
Json redeliver_filter_schema();

// PATCH /batch/{id}/rules. `document` is the list as it was sent; whether stored rules in it are
// there is still to be found out.
struct RulesEdit {
    std::string kind;
    std::vector<TaskRule> rules;
    std::string document;
};
Checked<RulesEdit> read_rules_edit(const Json& body);
Json rules_edit_schema();

inline constexpr std::size_t failure_reason_bytes_max = 65'536;

// At most so many bytes of UTF-8, with a mark at the end when there were more.
std::string cut_text(std::string text, std::size_t bytes_max);

} // namespace sluice
