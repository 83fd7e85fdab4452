// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/service_reads.h"

namespace sluice {

// What the rows of a batch's tasks add up to, or those of a piece of it.
struct BatchFigures {
    std::int64_t cards = 0;
    std::int64_t with_expected_count = 0;
    std::int64_t expected = 0; // sums stop at the largest number, as the counters do
    std::int64_t success = 0;
    std::int64_t failures = 0;
    std::int64_t waiting = 0; // live rows by the state that they say
    std::int64_t claimed = 0;
    std::int64_t running = 0;
    std::int64_t paused = 0;
    std::optional<Time> updated_at; // the latest time that a row names
};

// Stops at the largest number.
std::int64_t saturated(std::int64_t a, std::int64_t b);

void add(BatchFigures& sum, const BatchFigures& more);

// Of many terms each half of which was added up for itself: no such sum overflows.
std::int64_t sum_of_halves(std::int64_t high, std::int64_t low);

// Without `kinds`. The rest of the tasks is pending.
BatchView batch_view(const RunRow& run, const BatchFigures& figures);

// What the specification of a batch names as the kinds of its tasks, sorted; empty: it names none.
std::vector<std::string> kinds_in(std::string_view spec);

} // namespace sluice
