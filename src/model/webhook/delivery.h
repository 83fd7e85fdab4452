// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/retry.h"
#include "model/webhook/trigger.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace sluice {

// How one try of a delivery went.
enum class TryOutcome : std::uint8_t {
    answered,    // with a status
    unreachable, // no connection, or it broke
    timed_out,   // no answer within the limit
    refused,     // not sent: the address is not allowed, or a template lacks a value
};

struct Answer {
    TryOutcome outcome = TryOutcome::answered;
    int status = 0;                                       // answered
    std::optional<std::chrono::seconds> retry_after = {}; // answered, with Retry-After
    std::string detail = {};                              // for people
};

// What a user may say about the tries of one action; the rest is as configured.
struct DeliveryRetry {
    std::optional<std::int64_t> retries_max = {}; // after the first try
    std::optional<Micros> delay_initial = {};
    std::optional<double> multiplier = {};
    std::optional<Micros> delay_max = {};
    std::optional<bool> jitter = {};
    std::optional<std::uint8_t> on = {}; // FailureKind bits: timeout; start for all other failures

    friend bool operator==(const DeliveryRetry&, const DeliveryRetry&) = default;
};

// How deliveries are tried when actions say nothing. A start is not sent again after it timed out:
// the target may have begun. The others wait 15 s, 1 min, 4 min, 16 min, 1 h 4 min, 4 h 16 min and
// three times 6 h: 10 tries within 23 h 41 min 15 s.
struct DeliveryDefaults {
    Retry start{
        .tries_max = 3,
        .delay_initial = std::chrono::milliseconds(200),
        .multiplier = 2.0,
        .delay_max = std::chrono::minutes(5),
        .jitter = true,
        .on = static_cast<std::uint8_t>(FailureKind::start)};
    Retry other{
        .tries_max = 10,
        .delay_initial = std::chrono::seconds(15),
        .multiplier = 4.0,
        .delay_max = std::chrono::hours(6),
        .jitter = true};
    std::chrono::seconds timeout{10}; // of one try
};

// The policy of one delivery. An initial delay beyond the configured longest one raises that.
Retry retry_of(
    Trigger trigger, const std::optional<DeliveryRetry>& wish, const DeliveryDefaults& defaults
);

enum class DeliveryState : std::uint8_t { delivered, waiting, dead };

struct DeliveryVerdict {
    DeliveryState state = DeliveryState::delivered;
    std::optional<Time> try_at = {}; // set exactly when it waits for its next try
    std::string reason = {};         // empty exactly when it is delivered

    friend bool operator==(const DeliveryVerdict&, const DeliveryVerdict&) = default;
};

// A target that asks for more patience than this is tried again all the same.
inline constexpr std::chrono::seconds retry_after_max = std::chrono::hours(1);

// What follows from a try. `tries` counts it. 2xx is delivered; 408, 429, 5xx, connections that
// failed and time-outs are tried again as the policy says, and not before Retry-After; everything
// else is final, redirects too.
DeliveryVerdict
judge(const Answer& answer, int tries, const Retry& retry, Time now, Random& random);

// Why a task failed whose start is dead: "on_start webhook failed: answered 404".
std::string start_failure_reason(const DeliveryVerdict& verdict);

} // namespace sluice
