// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "model/kinds.h"
#include "model/retry.h"

#include <chrono>
#include <cstdint>
#include <span>

namespace sluice {

// What the members of retry policies hold, those of tasks and those of their actions.

// The bits of Retry::on.
std::uint8_t failure_bits(std::span<const FailureKind> failures);

// A number of seconds, fractions too.
struct SecondsKind {
    std::chrono::seconds max;
    void read(const Value& value, Micros& out) const;
    Json schema() const;
};

// A number from 1.
struct MultiplierKind {
    double max;
    void read(const Value& value, double& out) const;
    Json schema() const;
};

// Which failures of a task's attempt are tried again: a list of "timeout", "webhook_failure" (it
// could not be started) and "explicit" (it was reported); read into bits of FailureKind.
struct RetryOnKind {
    void read(const Value& value, std::uint8_t& out) const;
    Json schema() const;
};

} // namespace sluice
