// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.h"
#include "base/time.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// Why an attempt failed. The values are bits of Retry::on.
enum class FailureKind : std::uint8_t {
    reported = 1, // the command, target or function said so
    timeout = 2,
    start = 4, // the executor could not be started
};

// The text of an attempt whose time ran out.
inline constexpr std::string_view timeout_error = "Timeout";

// How the delays grow from one try to the next.
enum class Growth : std::uint8_t { exponential, linear };

// Which failures are tried again, of those whose kind is in Retry::on.
enum class RetryWhen : std::uint8_t {
    all,
    never,
    transient, // timeouts, and what says that it is, or whose text does: see is_transient
    patterns,  // texts that contain one of Retry::patterns, whatever the case of ASCII letters
};

// One failed attempt.
struct Failure {
    FailureKind kind = FailureKind::reported;
    std::string_view error = {}; // its text; borrowed
    bool is_transient = false;   // who ran it knows that it was a database or a connection
};

// When a failed attempt is tried again. The delay after try n is
//
//     exponential  delay_initial * factor * multiplier^(n-1)
//     linear       delay_initial * factor * n
//
// but at most delay_max; and then, with jitter, times a factor in [0.75, 1.25].
struct Retry {
    int tries_max = 1; // in all, the first one included
    Micros delay_initial{0};
    double multiplier = 2.0;
    Micros delay_max = std::chrono::minutes(5);
    bool jitter = false;
    std::uint8_t on = 7; // FailureKind bits
    Growth growth = Growth::exponential;
    double factor = 1.0;
    RetryWhen when = RetryWhen::all;
    std::vector<std::string> patterns = {};

    friend bool operator==(const Retry&, const Retry&) = default;
};

// The whole retry rule. `tries` counts the failed one. Nothing: the task has failed for good.
std::optional<Time>
next_try(int tries, const Failure& failure, const Retry& retry, Time now, Random& random);

// The same of a failure without a text.
std::optional<Time>
next_try(int tries, FailureKind kind, const Retry& retry, Time now, Random& random);

// Its two halves: whether there is another try after number `tries`, and how long after, without
// the jitter.
bool may_retry(int tries, const Failure& failure, const Retry& retry);
Micros delay_after(int tries, const Retry& retry);

// A timeout, or said to be, or one of these words stands in the text: timeout, connection, network,
// temporary, unavailable.
bool is_transient(const Failure& failure);

// A rescue (the process died) uses up no try, but the third one of a task ends it; of a task of a
// workflow the fourth.
enum class RescueRule : std::uint8_t { third_ends, fourth_ends };
inline constexpr int rescues_max = 3;
bool may_rescue(int rescues_before, RescueRule rule = RescueRule::third_ends);

// The form in the database: a short JSON object with what differs from the default; "" for it.
std::string format_retry(const Retry& retry);
Result<Retry> parse_retry(std::string_view text);

} // namespace sluice
