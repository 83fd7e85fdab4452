// SPDX-License-Identifier: Apache-2.0
#include "model/task/task_retry.h"

#include "model/retry_kinds.h"
#include "model/task/task_kinds.h"

#include <algorithm>

namespace sluice {

namespace {

struct RetryForm {
    std::int64_t retries = 1;
    Micros delay = std::chrono::seconds(5);
    double multiplier = 2.0;
    Micros delay_longest = std::chrono::seconds(300);
    bool jitter = true;
    std::uint8_t on = Retry{}.on;
};

template <class Visitor>
void describe(Visitor& visitor, RetryForm& form)
{
    const SecondsKind delay{TaskRetryKind::delay_max};
    visitor.required(
        "max_retries", form.retries, IntegerKind{1, TaskRetryKind::retries_max},
        {.title = "Retries", .description = "Tries after the first one."}
    );
    visitor.optional(
        "initial_delay_secs", form.delay, delay,
        {.title = "Delay", .description = "Seconds before the second try.", .fallback = "5"}
    );
    visitor.optional(
        "backoff_multiplier", form.multiplier, MultiplierKind{TaskRetryKind::multiplier_max},
        {.title = "Multiplier",
         .description = "By how much each delay is longer than the one before.",
         .fallback = "2.0"}
    );
    visitor.optional(
        "max_delay_secs", form.delay_longest, delay,
        {.title = "Longest delay", .description = "In seconds.", .fallback = "300"}
    );
    visitor.optional(
        "jitter", form.jitter, FlagKind{},
        {.title = "Jitter",
         .description = "Delays vary by a quarter, so that tasks do not come back together.",
         .fallback = "true"}
    );
    visitor.optional(
        "retry_on", form.on, RetryOnKind{},
        {.title = "Retry on",
         .description = "Which failures are tried again.",
         .fallback = R"(["timeout", "webhook_failure", "explicit"])"}
    );
}

} // namespace

void TaskRetryKind::read(const Value& value, Retry& out) const
{
    RetryForm form;
    OpenObjectKind<RetryForm>{}.read(value, form);
    out.tries_max = static_cast<int>(form.retries) + 1;
    out.delay_initial = form.delay;
    out.multiplier = form.multiplier;
    out.delay_max = std::max(form.delay, form.delay_longest);
    out.jitter = form.jitter;
    out.on = form.on;
}

Json TaskRetryKind::schema() const
{
    return OpenObjectKind<RetryForm>{}.schema();
}

} // namespace sluice
