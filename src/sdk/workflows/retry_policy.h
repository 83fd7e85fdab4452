// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/retry.h"
#include "sluice/retry.h"

#include <chrono>

namespace sluice::workflows {

// The policy as the engine keeps it, be it good or not. The delays of a custom backoff are fixed
// there: whoever runs the attempt asks its function.
sluice::Retry policy_of(const Retry& retry);

// What the function of a custom backoff says, at most the longest delay. Throws what it throws.
std::chrono::milliseconds custom_delay(const Retry& retry, int attempt);

// The delay with the jitter that the policy wants.
Micros with_jitter(const Retry& retry, std::chrono::milliseconds delay);

} // namespace sluice::workflows
