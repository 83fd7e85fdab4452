// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.h"
#include "base/result.h"
#include "base/time.h"

#include <chrono>
#include <optional>
#include <string_view>

namespace sluice {

// How long to wait between the tries of one call.
struct Backoff {
    std::chrono::milliseconds delay_base{200};
    std::chrono::milliseconds delay_max{30'000};
};

// The wait after the given number of failures (from 1): it doubles from delay_base up to delay_max,
// and chance takes away up to a half so that many callers do not come back together.
std::chrono::milliseconds delay_after(int failures, const Backoff& backoff, Random& random);

// True for the answers after which the same request may succeed: 408, 429 and 5xx, but not 501 (not
// implemented) and 505 (version not supported).
bool is_retryable_status(int status);

// The seconds of a Retry-After header, at most an hour; nothing for a date or anything else.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view value);

// The same, also for a date as HTTP writes it (RFC 9110, section 5.6.7): the time until then, none
// when it has passed.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view value, Time now);

// A date as HTTP writes it: "Sun, 06 Nov 1994 08:49:37 GMT".
std::optional<Time> parse_http_date(std::string_view value);

} // namespace sluice
