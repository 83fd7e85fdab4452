// SPDX-License-Identifier: Apache-2.0
#include "tasks/service_meter.h"

namespace sluice {

void ServiceMeter::committed(const Tally& tally)
{
    metrics_.store.group_written(tally.operations);
    count_moves(tally);
    count_causes(tally);
}

void ServiceMeter::count_moves(const Tally& tally)
{
    TaskMetrics& tasks = metrics_.tasks;
    if (tally.created > 0)
        tasks.created(tally.created);
    if (tally.with_parents > 0)
        tasks.created_with_parents(tally.with_parents);
    for (const TaskState from : all_task_states)
        for (const TaskState to : all_task_states) {
            const std::uint32_t count =
                tally.moves[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)];
            if (count > 0)
                tasks.moved(from, to, count);
        }
    for (const Tally::Begin& begin : tally.begins)
        tasks.started(begin.kind, begin.waited);
    for (const Tally::End& end : tally.ends)
        tasks.completed(end.kind, end.outcome, end.ran);
}

void ServiceMeter::count_causes(const Tally& tally)
{
    CauseMetrics& causes = metrics_.causes;
    causes.timed_out(tally.timed_out);
    causes.tried_again(tally.tried_again);
    causes.tries_used_up(tally.tries_used_up);
    for (const TaskState outcome : all_task_states)
        if (const std::uint32_t count = tally.parents_ended[static_cast<std::size_t>(outcome)];
            count > 0)
            causes.parents_ended(outcome, count);
    causes.failed_by_parent(tally.failed_by_parent);
    causes.dead_ends_canceled(tally.dead_ends);
    causes.blocked_by_rule(tally.blocked);
}

} // namespace sluice
