// SPDX-License-Identifier: Apache-2.0
#pragma once

// The members of an action's `retry`: those of a task's own retry policy.

#include "model/retry_kinds.h"
#include "model/webhook/action_fields.h"

namespace sluice {

// Words for what is tried again; read into bits of FailureKind.
struct DeliveryRetryOnKind {
    void read(const Value& value, std::uint8_t& out) const;
    Json schema() const;
};

template <class Visitor>
void describe_delays(Visitor& visitor, DeliveryRetry& retry, const ActionLimits& limits)
{
    visitor.optional(
        "initial_delay_secs", retry.delay_initial, SecondsKind{limits.delay_max},
        {.title = "First wait",
         .description = "Seconds until it is sent for the second time.",
         .examples = "[0.2, 5]"}
    );
    visitor.optional(
        "backoff_multiplier", retry.multiplier, MultiplierKind{limits.multiplier_max},
        {.title = "Growth",
         .description = "How many times longer each wait is than the one before.",
         .examples = "[2.0]"}
    );
    visitor.optional(
        "max_delay_secs", retry.delay_max, SecondsKind{limits.delay_max},
        {.title = "Longest wait",
         .description = "Seconds beyond which waits do not grow.",
         .examples = "[300]"}
    );
}

template <class Visitor>
void describe(Visitor& visitor, ActionForm<DeliveryRetry>& form)
{
    const ActionLimits& limits = form.context.rules.limits;
    DeliveryRetry& retry = form.target;
    visitor.optional(
        "max_retries", retry.retries_max, IntegerKind{0, limits.retries_max},
        {.title = "Retries",
         .description = "How often it is sent again at most, after the first time.",
         .examples = "[5]"}
    );
    describe_delays(visitor, retry, limits);
    visitor.optional(
        "jitter", retry.jitter, FlagKind{},
        {.title = "Jitter",
         .description = "Vary each wait by up to a quarter, so that many do not come at once.",
         .examples = "[false]"}
    );
    visitor.optional(
        "retry_on", retry.on, DeliveryRetryOnKind{},
        {.title = "After what",
         .description = "'timeout': there was no answer in time, and the target may have begun; "
                        "'webhook_failure': it was not reached, or answered 408, 429 or 5xx.",
         .examples = R"([["timeout", "webhook_failure"]])"}
    );
}

} // namespace sluice
