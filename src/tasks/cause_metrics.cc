// SPDX-License-Identifier: Apache-2.0
#include "tasks/cause_metrics.h"

#include "tasks/status_words.h"

namespace sluice {

CauseMetrics::CauseMetrics(Metrics& metrics)
    : timed_out_(metrics.counter(
          {"tasks_timed_out_total", "Attempts that ended because nothing was reported in time."}
      )),
      retries_(
          metrics.counter({"task_retry_total", "Failed attempts of tasks that are tried again."})
      ),
      retries_used_up_(metrics.counter(
          {"task_retry_exhausted_total", "Tasks with retries that failed at the last one."}
      )),
      propagations_(metrics.counters(
          {"dependency_propagations_total",
           "Ended tasks whose children were told.",
           {"parent_outcome"}}
      )),
      failed_by_parent_(metrics.counter(
          {"tasks_failed_by_dependency_total", "Tasks that failed because a parent did."}
      )),
      dead_ends_(metrics.counter(
          {"tasks_canceled_dead_end_total", "Tasks canceled because all their children had ended."}
      )),
      blocked_(metrics.counter(
          {"tasks_blocked_by_concurrency_total", "Tasks held back by a rule when it was asked."}
      ))
{
    for (const TaskState state : all_task_states)
        if (is_final(state))
            propagations_.of({lower_status(state)});
}

void CauseMetrics::parents_ended(TaskState outcome, std::uint64_t count)
{
    propagations_.of({lower_status(outcome)}).add(count);
}

} // namespace sluice
