// SPDX-License-Identifier: Apache-2.0
#include "tasks/figure_metrics.h"

#include "tasks/status_words.h"

#include <utility>

namespace sluice {

FigureMetrics::FigureMetrics(Metrics& metrics)
    : by_status_(metrics.gauges(
          {"tasks_by_status", "Tasks in each status, in the whole database.", {"status"}}
      )),
      deliveries_pending_(metrics.gauge(
          {"outbox_pending", "Webhooks that are owed and not delivered yet, in the whole database."}
      ))
{
    for (const TaskState state : all_task_states)
        by_status_.of({lower_status(state)});
    metrics.computed_gauges(
        {"running_tasks_by_kind", "Running tasks, in the whole database.", {"kind"}},
        [this](MetricFamily<Gauge>& gauges) { show_running_kinds(gauges); }
    );
}

void FigureMetrics::set(TaskFigures figures)
{
    figures_ = std::move(figures);
    for (const TaskState state : all_task_states)
        by_status_.of({lower_status(state)})
            .set(figures_.by_state[static_cast<std::size_t>(state)]);
    deliveries_pending_.set(figures_.deliveries_pending);
}

// By adding, since kinds beyond the limit are one.
void FigureMetrics::show_running_kinds(MetricFamily<Gauge>& gauges) const
{
    for (const auto& [kind, count] : figures_.running_by_kind)
        gauges.of({kind}).add(count);
}

} // namespace sluice
