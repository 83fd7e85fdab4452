// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/metrics.h"
#include "model/state.h"

#include <array>
#include <optional>
#include <string_view>

namespace sluice {

// What happens to tasks. Each process counts what it has brought about itself. Any thread; once the
// change is durable, and before anybody is told of it.
class TaskMetrics {
public:
    explicit TaskMetrics(Metrics& metrics);

    void created(std::uint64_t count) { created_.add(count); }
    void created_with_parents(std::uint64_t count) { with_parents_.add(count); }
    void not_saved() { not_saved_.add(); }               // a submission that was answered with 503
    void counts_not_saved() { counts_not_saved_.add(); } // of a PUT

    // Counts those that are canceled, and those whose last parent has ended, too.
    void moved(TaskState from, TaskState to, std::uint64_t count = 1);

    void started(std::string_view kind, Micros waited); // since it was created

    // For good, as a success or a failure; other ends are only moves. `ran`: since the start of its
    // last attempt; nothing: it never started.
    void completed(std::string_view kind, TaskState outcome, std::optional<Micros> ran);

private:
    using Moves = std::array<std::array<Counter*, all_task_states.size()>, all_task_states.size()>;
    static Moves declare_moves(MetricFamily<Counter>& transitions);

    Counter& created_;
    Counter& with_parents_;
    Counter& not_saved_;
    Counter& counts_not_saved_;
    MetricFamily<Counter>& transitions_;
    Moves moves_; // those that may happen
    Counter& canceled_;
    Counter& unblocked_;
    MetricFamily<Counter>& completed_;
    MetricFamily<Histogram>& durations_;
    MetricFamily<Histogram>& waits_;
};

} // namespace sluice
