// SPDX-License-Identifier: Apache-2.0
#include "workflows/ended_report.h"

#include "workflows/submission.h"

#include <algorithm>
#include <utility>

namespace sluice {

namespace {

// Sorts the ends as the tasks stand. What has lived again elsewhere shows in the counters.
bool are_all(const OwnRun& run, const RunCounts& counted, std::vector<SharedEnd>& ends)
{
    if (ends.size() != run.tasks.size())
        return false;
    std::ranges::sort(ends, {}, [](const SharedEnd& end) { return end->task; });
    RunCounts counts;
    counts.total = counted.total;
    for (std::size_t i = 0; i < ends.size(); ++i) {
        if (ends[i]->task != run.tasks[i])
            return false;
        count(counts, ends[i]->outcome);
    }
    return counts == counted;
}

// A rule that says no ends an attempt in which nothing ran.
TaskReport report_of(const NewTask& task, SharedEnd end)
{
    const bool is_skipped = end->outcome == TaskState::skipped;
    TaskReport report;
    report.task = end->task;
    report.id = task.name;
    report.status = task_status(end->outcome);
    report.attempts = end->attempt - (is_skipped && end->claimed_at ? 1 : 0);
    if (!is_skipped)
        report.started_at = end->started_at;
    report.ended_at = end->finished_at;
    report.error = end->error;
    report.end = std::move(end);
    return report;
}

} // namespace

SharedReport ended_report(
    const OwnRun& run, std::string id, const EndedRun& ended, std::vector<SharedEnd> ends,
    std::string initial_context
)
{
    const RunRow& row = ended.row;
    const std::vector<NewTask>& tasks = run.workflow->submission->tasks();
    if (run.tasks.size() != tasks.size() || !are_all(run, row.counts, ends))
        return nullptr;
    const auto report = std::make_shared<RunReport>();
    report->run = run.run;
    report->id = std::move(id);
    report->workflow = run.workflow->workflow_namespace;
    report->version = run.workflow->registration->version;
    report->status = run_status({.state = row.state});
    report->created_at = run.created_at;
    report->ended_at = row.finished_at;
    report->error = run_error({row.state, row.ending, row.counts, ended.error});
    report->initial_context = std::move(initial_context);
    report->tasks.reserve(tasks.size());
    report->parents.reserve(tasks.size());
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        report->tasks.push_back(report_of(tasks[i], std::move(ends[i])));
        report->parents.push_back(tasks[i].parents.dependencies);
    }
    return report;
}

} // namespace sluice
