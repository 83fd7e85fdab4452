// SPDX-License-Identifier: Apache-2.0
#include "tasks/retention_metrics.h"

namespace sluice {

namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// From one bounded batch to the first pass over years.
Buckets lengths()
{
    return Buckets::of_times(
        {milliseconds(10), milliseconds(100), milliseconds(500), seconds(1), seconds(5),
         seconds(10), seconds(30), minutes(1), minutes(5), minutes(30)}
    );
}

} // namespace

RetentionMetrics::RetentionMetrics(Metrics& metrics)
    : tasks_(metrics.counter({"retention_tasks_cleaned_total", "Tasks that retention has removed."})
      ),
      passes_(metrics.counters({"retention_cleanup_runs_total", "Passes of retention.", {"outcome"}}
      )),
      durations_(metrics.histogram(
          {"retention_cleanup_duration_seconds", "Time that a pass of retention took."}, lengths()
      ))
{
    for (const char* outcome : {"success", "failure"})
        passes_.of({outcome});
}

void RetentionMetrics::passed(End end, std::uint64_t tasks, Micros took)
{
    passes_.of({end == End::success ? "success" : "failure"}).add();
    tasks_.add(tasks);
    durations_.observe(took);
}

} // namespace sluice
