// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.h"
#include "base/time.h"

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// Why an attempt failed. The values are bits of Retry::on.
enum class FailureKind : std::uint8_t {
    reported = 1, // the command, target or function said so
    timeout = 2,
    start = 4, // the executor could not be started
};

// When a failed attempt is tried again. The delay before try n+1 is
// min(delay_max, delay_initial * multiplier^(n-1)), times a factor in [0.75, 1.25] with jitter.
struct Retry {
    int tries_max = 1; // in all, the first one included
    Micros delay_initial{0};
    double multiplier = 2.0;
    Micros delay_max = std::chrono::minutes(5);
    bool jitter = false;
    std::uint8_t on = 7; // FailureKind bits

    friend bool operator==(const Retry&, const Retry&) = default;
};

// The whole retry rule. `tries` counts the failed one. Nothing: the task has failed for good.
std::optional<Time>
next_try(int tries, FailureKind kind, const Retry& retry, Time now, Random& random);

// A rescue (the process died) uses up no try, but the third one of a task ends it.
inline constexpr int rescues_max = 3;
bool may_rescue(int rescues_before);

// The form in the database: a short JSON object with what differs from the default; "" for it.
std::string format_retry(const Retry& retry);
Result<Retry> parse_retry(std::string_view text);

} // namespace sluice
