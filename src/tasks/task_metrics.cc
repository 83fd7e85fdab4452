// SPDX-License-Identifier: Apache-2.0
#include "tasks/task_metrics.h"

#include "model/task/task_words.h"
#include "tasks/status_words.h"

#include <algorithm>

namespace sluice {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// From a webhook that is answered at once to work of a day.
Buckets lengths()
{
    return Buckets::of_times(
        {milliseconds(5), milliseconds(10), milliseconds(25), milliseconds(50), milliseconds(100),
         milliseconds(250), milliseconds(500), seconds(1), seconds(2), seconds(5), seconds(10),
         seconds(30), minutes(1), minutes(5), minutes(15), hours(1), hours(4), hours(12), hours(24)}
    );
}

std::size_t index(TaskState state)
{
    return static_cast<std::size_t>(state);
}

std::string_view word(TaskState state)
{
    return task_status_names.name(state);
}

// Whether a task may go from one state to the other, by whatever event.
bool may_move(TaskState from, TaskState to)
{
    if (is_final(from))
        return from != TaskState::succeeded &&
               (to == TaskState::pending || to == TaskState::waiting);
    if (from == TaskState::paused)
        return to != TaskState::paused; // back to where it was, or it ends
    constexpr std::array events{TaskEvent::parents_done, TaskEvent::claim,     TaskEvent::start,
                                TaskEvent::succeed,      TaskEvent::fail,      TaskEvent::cancel,
                                TaskEvent::skip,         TaskEvent::give_back, TaskEvent::pause};
    return std::ranges::any_of(events, [&](TaskEvent event) { return after(from, event) == to; });
}

} // namespace

TaskMetrics::TaskMetrics(Metrics& metrics)
    : created_(metrics.counter({"tasks_created_total", "Tasks that were created."})),
      with_parents_(metrics.counter(
          {"tasks_with_dependencies_total", "Created tasks that wait for other tasks."}
      )),
      not_saved_(metrics.counter(
          {"tasks_db_save_failures_total", "Submissions that the database did not take."}
      )),
      counts_not_saved_(metrics.counter(
          {"batch_update_failures_total", "Counts of PUT requests that the database did not take."}
      )),
      transitions_(metrics.counters(
          {"task_status_transitions_total",
           "Tasks that went from one status to another.",
           {"from_status", "to_status"}}
      )),
      moves_(declare_moves(transitions_)),
      canceled_(metrics.counter(
          {"tasks_cancelled_total", "Tasks that were canceled, by users or as dead ends."}
      )),
      unblocked_(metrics.counter(
          {"tasks_unblocked_total", "Tasks that became pending when their last parent had ended."}
      )),
      completed_(metrics.counters(
          {"tasks_completed_total", "Tasks that ended as Success or Failure.", {"outcome", "kind"}}
      )),
      durations_(metrics.histograms(
          {"task_duration_seconds",
           "Time from the start of a task's last attempt to its end.",
           {"kind", "outcome"}},
          lengths()
      )),
      waits_(metrics.histograms(
          {"task_wait_seconds", "Time from a task's creation to its first Running.", {"kind"}},
          lengths()
      ))
{}

// Those that may happen show zero from the start.
TaskMetrics::Moves TaskMetrics::declare_moves(MetricFamily<Counter>& transitions)
{
    Moves moves{};
    for (const TaskState from : all_task_states)
        for (const TaskState to : all_task_states)
            if (may_move(from, to))
                moves[index(from)][index(to)] = &transitions.of({word(from), word(to)});
    return moves;
}

void TaskMetrics::moved(TaskState from, TaskState to, std::uint64_t count)
{
    Counter* const known = moves_[index(from)][index(to)];
    (known ? *known : transitions_.of({word(from), word(to)})).add(count);
    if (to == TaskState::canceled)
        canceled_.add(count);
    if (from == TaskState::waiting && to == TaskState::pending)
        unblocked_.add(count);
}

void TaskMetrics::started(std::string_view kind, Micros waited)
{
    waits_.of({kind}).observe(waited);
}

void TaskMetrics::completed(std::string_view kind, TaskState outcome, std::optional<Micros> ran)
{
    if (outcome != TaskState::succeeded && outcome != TaskState::failed)
        return;
    const std::string ended = lower_status(outcome);
    completed_.of({ended, kind}).add();
    if (ran)
        durations_.of({kind, ended}).observe(*ran);
}

} // namespace sluice
