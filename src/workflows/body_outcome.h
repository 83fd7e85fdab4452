// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exec/executor.h"
#include "workflows/task_body.h"

#include <string>
#include <string_view>

namespace sluice {

// What the engine is told of how a body has ended.

inline constexpr std::size_t error_bytes_max = std::size_t{64} << 10;

// An output beyond the limit of contexts is a failure.
Outcome outcome_of(BodyEnd end, const BodyFacts& facts);

// The text is cut to error_bytes_max, and made printable.
Outcome failed_outcome(std::string_view error);

// The rule of the task does not hold.
Outcome skipped_outcome(std::string reason);

// What was thrown, asked for within a `catch`: a failure. Not for what ends a thread.
Outcome thrown_outcome();

// The attempt was stopped, or never began: not the task's fault.
Outcome returned_outcome(std::string reason);

} // namespace sluice
