// SPDX-License-Identifier: Apache-2.0
#include "blob/retry_request.h"

#include <fmt/format.h>

namespace sluice {

namespace {

Async<Result<void>> pause(const BucketParts& parts, std::chrono::milliseconds time)
{
    co_await parts.sleep(time);
    co_return Result<void>();
}

} // namespace

Async<bool> Patience::wait_after(Error error)
{
    ++failures_;
    if (!is_worth_a_try(error))
        co_return false;
    const std::chrono::milliseconds time =
        delay_after(failures_, parts_.limits.backoff, parts_.random);
    parts_.log.debug("{}; trying again in {} ms", error.detail, time.count());
    Async<Result<void>> pausing = pause(parts_, time);
    const Result<void> paused = co_await unless_stopped(std::move(pausing), stop_);
    co_return paused.has_value();
}

bool Patience::is_worth_a_try(const Error& error)
{
    if (error.code == Errc::corrupt)
        return ++mismatches_ < parts_.limits.checksum_tries;
    if (!is_retryable(error.code))
        return false;
    const Time now = parts_.clock.now();
    if (!first_failure_)
        first_failure_ = now;
    return now - *first_failure_ < parts_.limits.patience;
}

void Patience::reset()
{
    failures_ = 0;
    first_failure_.reset();
}

Error Patience::last_error(Error error) const
{
    if (failures_ > 1)
        error.detail += fmt::format(" (tried {} times)", failures_);
    return error;
}

} // namespace sluice
