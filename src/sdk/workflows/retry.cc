// SPDX-License-Identifier: Apache-2.0
#include "sluice/retry.h"

#include "base/random.h"
#include "sdk/workflows/durations.h"
#include "sdk/workflows/retry_policy.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

namespace sluice::workflows {

namespace {

using std::chrono::milliseconds;

RetryWhen when_of(RetryCondition::Kind kind)
{
    switch (kind) {
    case RetryCondition::Kind::all:
        break;
    case RetryCondition::Kind::never:
        return RetryWhen::never;
    case RetryCondition::Kind::transient:
        return RetryWhen::transient;
    case RetryCondition::Kind::patterns:
        return RetryWhen::patterns;
    }
    return RetryWhen::all;
}

milliseconds capped(const Retry& retry, milliseconds delay)
{
    return std::max(std::min(delay, retry.max_delay), milliseconds(0));
}

} // namespace

Backoff::Backoff(Kind kind, double base, double multiplier, Function function)
    : kind_(kind), base_(base), multiplier_(multiplier), function_(std::move(function))
{}

Backoff Backoff::fixed()
{
    return {Kind::fixed, 1, 1, {}};
}

Backoff Backoff::linear(double multiplier)
{
    return {Kind::linear, 1, multiplier, {}};
}

Backoff Backoff::exponential(double base, double multiplier)
{
    return {Kind::exponential, base, multiplier, {}};
}

Backoff Backoff::custom(Function delay)
{
    return {Kind::custom, 1, 1, std::move(delay)};
}

RetryCondition::RetryCondition(Kind kind, std::vector<std::string> texts)
    : kind_(kind), texts_(std::move(texts))
{}

RetryCondition RetryCondition::all()
{
    return {Kind::all, {}};
}

RetryCondition RetryCondition::never()
{
    return {Kind::never, {}};
}

RetryCondition RetryCondition::transient()
{
    return {Kind::transient, {}};
}

RetryCondition RetryCondition::patterns(std::vector<std::string> texts)
{
    return {Kind::patterns, std::move(texts)};
}

milliseconds Retry::delay(int attempt) const
{
    attempt = std::max(attempt, 1);
    if (backoff.kind() == Backoff::Kind::custom) {
        try {
            return custom_delay(*this, attempt);
        } catch (const abi::__forced_unwind&) {
            throw; // somebody ends this thread
        } catch (...) {
            return capped(*this, initial_delay);
        }
    }
    return std::chrono::floor<milliseconds>(delay_after(attempt, policy_of(*this)));
}

bool Retry::should_retry(int attempt, std::string_view error) const
{
    const Failure failure{.error = error};
    return may_retry(std::max(attempt, 1), failure, policy_of(*this));
}

sluice::Retry policy_of(const Retry& retry)
{
    const Backoff& backoff = retry.backoff;
    const bool is_exponential = backoff.kind() == Backoff::Kind::exponential;
    return {
        .tries_max = retry.max_attempts,
        .delay_initial = micros_of(retry.initial_delay),
        .multiplier = is_exponential ? backoff.base() : 1,
        .delay_max = micros_of(retry.max_delay),
        .jitter = retry.jitter,
        .growth = backoff.kind() == Backoff::Kind::linear ? Growth::linear : Growth::exponential,
        .factor = backoff.multiplier(),
        .when = when_of(retry.condition.kind()),
        .patterns = retry.condition.texts(),
    };
}

milliseconds custom_delay(const Retry& retry, int attempt)
{
    return capped(retry, retry.backoff.function()(attempt, retry.initial_delay));
}

Micros with_jitter(const Retry& retry, milliseconds delay)
{
    const Micros exact = micros_of(delay);
    if (!retry.jitter)
        return exact;
    constexpr double all = static_cast<double>(std::numeric_limits<std::uint64_t>::max());
    const double factor = 0.75 + 0.5 * (static_cast<double>(SystemRandom().next()) / all);
    return std::chrono::duration_cast<Micros>(exact * factor);
}

} // namespace sluice::workflows
