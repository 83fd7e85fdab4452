// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/metrics.h"
#include "model/state.h"

namespace sluice {

// Why tasks move as they do, or do not move. Counted where the moves are (task_metrics.h).
class CauseMetrics {
public:
    explicit CauseMetrics(Metrics& metrics);

    void timed_out(std::uint64_t count) { timed_out_.add(count); } // attempts
    void tried_again(std::uint64_t count) { retries_.add(count); } // another attempt is to come
    void tries_used_up(std::uint64_t count) { retries_used_up_.add(count); }

    void parents_ended(TaskState outcome, std::uint64_t count); // that have children
    void failed_by_parent(std::uint64_t count) { failed_by_parent_.add(count); }
    void dead_ends_canceled(std::uint64_t count) { dead_ends_.add(count); }

    void blocked_by_rule(std::uint64_t count) { blocked_.add(count); } // candidates for a start

private:
    Counter& timed_out_;
    Counter& retries_;
    Counter& retries_used_up_;
    MetricFamily<Counter>& propagations_;
    Counter& failed_by_parent_;
    Counter& dead_ends_;
    Counter& blocked_;
};

} // namespace sluice
