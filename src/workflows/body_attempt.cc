// SPDX-License-Identifier: Apache-2.0
#include "workflows/body_attempt.h"

#include "workflows/attempt_impl.h"

#include <utility>

namespace sluice {

namespace {

thread_local BodyAttempt* current_attempt = nullptr;

} // namespace

BodyAttempt* BodyAttempt::current() noexcept
{
    return current_attempt;
}

BodyAttempt* set_current_attempt(BodyAttempt* attempt) noexcept
{
    return std::exchange(current_attempt, attempt);
}

} // namespace sluice
