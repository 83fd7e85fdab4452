// SPDX-License-Identifier: Apache-2.0
#include "workflows/report_rows.h"

#include <unordered_map>

namespace sluice {

namespace {

// The number is that of the last attempt. A rule that says no ends one in which nothing ran.
int attempts_of(const Reads::Task& task)
{
    if (task.done)
        return task.done->attempt - (task.state == TaskState::skipped && task.done->claimed_at);
    if (task.lease)
        return task.lease->place.attempt;
    if (task.place)
        return task.place->attempt;
    return task.need ? task.need->attempt : 0;
}

TaskReport report_of(const Reads::Task& task)
{
    TaskReport report;
    report.task = task.row.id;
    report.id = task.row.name;
    report.status = task_status(task.state);
    report.attempts = attempts_of(task);
    if (task.lease) {
        report.started_at = task.lease->started_at;
    } else if (task.done) {
        if (task.state != TaskState::skipped)
            report.started_at = task.done->started_at;
        report.ended_at = task.done->finished_at;
        report.error = task.done->error;
    }
    return report;
}

// Of a task that waits to be tried again.
void add_last_attempt(Reads& reads, TaskReport& report)
{
    const std::vector<AttemptRow> attempts = reads.attempts(report.task);
    if (attempts.empty())
        return;
    report.started_at = attempts.back().started_at;
    report.ended_at = attempts.back().finished_at;
    report.error = attempts.back().error;
}

} // namespace

RunStatus status_of(const Reads::Run& run)
{
    const std::int64_t live = run.row.counts.total - run.row.counts.final();
    RunFacts facts;
    facts.state = run.row.state;
    facts.has_started = run.leased > 0 || run.was_tried || run.row.counts.final() > 0;
    facts.is_held = live > 0 && run.held == live;
    return run_status(facts);
}

std::string error_of(const Reads::Run& run)
{
    return run_error({run.row.state, run.row.ending, run.row.counts, run.detail.error});
}

TaskRows task_rows(Reads& reads, const ExecutionReads::TaskFilter& filter)
{
    TaskRows rows;
    for (const Reads::Task& task : reads.executions().tasks(filter)) {
        TaskReport report = report_of(task);
        if (!task.done && !task.lease && report.attempts > 0)
            add_last_attempt(reads, report);
        rows.tasks.push_back(std::move(report));
        Result<TaskParents> parents = parse_parents(task.row.parents);
        rows.parents.push_back(parents ? std::move(*parents) : TaskParents{});
    }
    return rows;
}

ParentPlaces places_of(std::span<const TaskReport> tasks, std::span<const TaskParents> parents)
{
    std::unordered_map<std::int64_t, TaskPlace> places;
    for (const TaskReport& task : tasks)
        places.emplace(task.task.value, static_cast<TaskPlace>(places.size()));
    ParentPlaces lists;
    for (const TaskParents& each : parents) {
        TaskPlaces& list = lists.emplace_back();
        for (const TaskId parent : each.dependencies)
            list.push_back(places.at(parent.value));
    }
    return lists;
}

} // namespace sluice
