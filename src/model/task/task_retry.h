// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/kinds.h"
#include "model/retry.h"

namespace sluice {

// How the retry policy of a task is written: the tries after the first one, delays in seconds.
struct TaskRetryKind {
    static constexpr std::int64_t retries_max = 100;
    static constexpr std::chrono::hours delay_max{24};
    static constexpr double multiplier_max = 100.0;

    void read(const Value& value, Retry& out) const;
    Json schema() const;
};

} // namespace sluice
