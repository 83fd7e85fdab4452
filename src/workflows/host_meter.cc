// SPDX-License-Identifier: Apache-2.0
#include "workflows/host_meter.h"

namespace sluice {

HostMeter::HostMeter()
    : submitted_(metrics_.counter(
          {"sluice_workflow_runs_submitted_total", "Runs that this process has made."}
      )),
      ended_(metrics_.counters(
          {"sluice_workflow_runs_ended_total",
           "Runs that have become final by what this process has written.",
           {{"status"}}}
      )),
      completed_(ended_.of({"completed"})),
      failed_(ended_.of({"failed"})),
      cancelled_(ended_.of({"cancelled"})),
      ticks_(metrics_.counters(
          {"sluice_workflow_ticks_total",
           "Times of schedules for which this process has made a run (fired), could make none "
           "(failed), or has made one later (retried).",
           {{"outcome"}}}
      )),
      questions_(metrics_.counters(
          {"sluice_workflow_trigger_polls_total",
           "Functions of triggers that this process has asked (asked), and what came of it: a run "
           "(fired), none as one of the same context is active (active), an error (failed).",
           {{"outcome"}}}
      )),
      places_(metrics_.gauge({"sluice_workflow_slots", "Bodies that may run at once."})),
      running_(metrics_.gauge({"sluice_workflow_running_bodies", "Attempts under way."})),
      overdue_(metrics_.gauge(
          {"sluice_workflow_overdue_bodies", "Bodies that run on after the end of their attempts."}
      )),
      deferred_(
          metrics_.gauge({"sluice_workflow_deferred_bodies", "Attempts that wait without a slot."})
      ),
      busy_threads_(metrics_.gauge(
          {"sluice_workflow_busy_threads", "Threads for bodies that have something to do."}
      )),
      followed_(metrics_.gauge(
          {"sluice_workflow_followed_runs", "Runs that are not final and that the program follows."}
      )),
      calls_(metrics_.gauge({"sluice_workflow_calls", "Calls of the program under way."})),
      cached_bytes_(
          metrics_.gauge({"sluice_workflow_cached_bytes", "Outputs of live runs in memory, about."})
      ),
      queued_writes_(metrics_.gauge(
          {"sluice_workflow_queued_writes", "Writes that wait to be taken by a group."}
      ))
{}

void HostMeter::ended(RunStatus status)
{
    if (status == RunStatus::completed)
        completed_.add();
    else if (status == RunStatus::cancelled)
        cancelled_.add();
    else
        failed_.add();
}

void HostMeter::set(const CronFiring::Counts& cron, const TriggerPolling::Counts& triggers)
{
    const auto show = [](MetricFamily<Counter>& family, const char* outcome, std::uint64_t count) {
        Counter& counter = family.of({outcome});
        counter.add(count - counter.value());
    };
    show(ticks_, "fired", cron.fired);
    show(ticks_, "failed", cron.failed);
    show(ticks_, "retried", cron.retried);
    show(questions_, "asked", triggers.asked);
    show(questions_, "fired", triggers.fired);
    show(questions_, "active", triggers.active);
    show(questions_, "failed", triggers.failed);
}

void HostMeter::set(const Reading& reading)
{
    const auto show = [](Gauge& gauge, std::size_t value) {
        gauge.set(static_cast<std::int64_t>(value));
    };
    show(places_, reading.places);
    show(running_, reading.running);
    show(overdue_, reading.overdue);
    show(deferred_, reading.deferred);
    show(busy_threads_, reading.busy_threads);
    show(followed_, reading.followed);
    show(calls_, reading.calls);
    show(cached_bytes_, reading.cached_bytes);
    show(queued_writes_, reading.queued_writes);
}

} // namespace sluice
