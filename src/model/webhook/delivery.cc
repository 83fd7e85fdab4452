// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/delivery.h"

#include "base/assert.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

bool is_retried(int status)
{
    return status == 408 || status == 429 || (status >= 500 && status <= 599);
}

// Nothing: another try would end the same way.
std::optional<FailureKind> failure_of(const Answer& answer)
{
    switch (answer.outcome) {
    case TryOutcome::answered:
        if (is_retried(answer.status))
            return FailureKind::start;
        return std::nullopt;
    case TryOutcome::unreachable:
        return FailureKind::start;
    case TryOutcome::timed_out:
        return FailureKind::timeout;
    case TryOutcome::refused:
        break;
    }
    return std::nullopt;
}

std::string with_detail(std::string text, const Answer& answer)
{
    return answer.detail.empty() ? text : text + ": " + answer.detail;
}

std::string describe(const Answer& answer)
{
    switch (answer.outcome) {
    case TryOutcome::answered: {
        const bool is_redirect = answer.status >= 300 && answer.status <= 399;
        const char* hint = is_redirect ? " (redirects are not followed)" : "";
        return with_detail(fmt::format("answered {}{}", answer.status, hint), answer);
    }
    case TryOutcome::unreachable:
        return with_detail("not reachable", answer);
    case TryOutcome::timed_out:
        return with_detail("no answer in time", answer);
    case TryOutcome::refused:
        break;
    }
    return with_detail("not sent", answer);
}

} // namespace

Retry retry_of(
    Trigger trigger, const std::optional<DeliveryRetry>& wish, const DeliveryDefaults& defaults
)
{
    Retry retry = trigger == Trigger::start ? defaults.start : defaults.other;
    if (!wish)
        return retry;
    if (wish->retries_max)
        retry.tries_max = static_cast<int>(*wish->retries_max) + 1;
    retry.delay_initial = wish->delay_initial.value_or(retry.delay_initial);
    retry.multiplier = wish->multiplier.value_or(retry.multiplier);
    retry.delay_max = wish->delay_max.value_or(std::max(retry.delay_max, retry.delay_initial));
    retry.jitter = wish->jitter.value_or(retry.jitter);
    retry.on = wish->on.value_or(retry.on);
    return retry;
}

DeliveryVerdict judge(const Answer& answer, int tries, const Retry& retry, Time now, Random& random)
{
    if (answer.outcome == TryOutcome::answered && answer.status >= 200 && answer.status <= 299)
        return {};

    const std::optional<FailureKind> failure = failure_of(answer);
    std::optional<Time> next;
    if (failure)
        next = next_try(tries, *failure, retry, now, random);
    if (next) {
        const auto wanted = answer.retry_after.value_or(std::chrono::seconds(0));
        next = std::max(*next, now + std::min(wanted, retry_after_max));
        return {DeliveryState::waiting, next, describe(answer)};
    }
    const bool is_late = failure == FailureKind::timeout && tries < retry.tries_max;
    const char* hint = is_late ? " (not sent again: the target may have begun)" : "";
    const std::string count = tries > 1 ? fmt::format(" (try {})", tries) : "";
    return {DeliveryState::dead, std::nullopt, describe(answer) + hint + count};
}

std::string start_failure_reason(const DeliveryVerdict& verdict)
{
    SLUICE_ASSERT(verdict.state == DeliveryState::dead);
    return "on_start webhook failed: " + verdict.reason;
}

} // namespace sluice
