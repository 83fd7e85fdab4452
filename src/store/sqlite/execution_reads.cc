// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/execution_reads.h"

#include "store/execution_search.h"
#include "store/sqlite/codec.h"
#include "store/sqlite/collect.h"
#include "store/sqlite/execution_codec.h"
#include "store/sqlite/joined_task.h"
#include "store/sqlite/snapshot.h"

#include "store/sqlite_sql.h"

#include <algorithm>

namespace sluice::sqlite {

namespace {

// How many ids of a run one snapshot looks through: some milliseconds.
constexpr std::int64_t window_ids = 10'000;

WorkflowRow read_workflow_with_graph(Row& row)
{
    WorkflowRow workflow = read_workflow(row);
    row.into(workflow.graph);
    return workflow;
}

ExecutionReads::Execution read_execution(Row& row)
{
    ExecutionReads::Execution execution;
    Reads::Run& run = execution.run;
    run.row = read_run(row);
    run.detail.run = run.row.id;
    row.into(run.detail.name);
    row.into(run.detail.actor);
    row.into(run.detail.origin);
    row.into(run.detail.error);
    row.into(run.leased);
    row.into(run.held);
    row.into(run.was_tried);
    execution.workflow = read_workflow(row);
    return execution;
}

SeenExecution read_seen(Row& row)
{
    SeenExecution seen;
    row.into(seen.run);
    row.into(seen.fits);
    return seen;
}

EndedRun read_ended_run(Row& row)
{
    EndedRun ended;
    ended.row = read_run(row);
    row.into(ended.error);
    return ended;
}

struct RunSpan {
    RunState state = RunState::active;
    TaskId first;
    TaskId last;
};

RunSpan read_span(Row& row)
{
    RunSpan span;
    row.into(span.state);
    row.into(span.first);
    row.into(span.last);
    return span;
}

// Of the statement execution_tasks.
Reads::Task read_joined(Row& row, RunState run)
{
    Reads::Task task;
    bool is_held = false;
    task.row = read_task(row);
    row.into(task.row.parents);
    row.into(task.worker_name);
    row.into(task.worker_host);
    add_done(row, task);
    if (!task.done) {
        row.into(is_held);
        add_place(row, task);
        add_need(row, task);
        add_lease(row, task);
        if (task.lease)
            row.into(task.lease->deferred_left);
    }
    task.state = joined_state(task, run, is_held);
    return task;
}

} // namespace

std::vector<WorkflowRow> SqliteExecutionReads::workflows()
{
    const Snapshot snapshot(connection_, gate_);
    return collect(connection_.prepared(sql::view_workflows), read_workflow);
}

std::vector<WorkflowRow> SqliteExecutionReads::versions(std::string_view workflow_namespace)
{
    const Snapshot snapshot(connection_, gate_);
    return collect(connection_.prepared(sql::workflow_versions), read_workflow, workflow_namespace);
}

std::optional<WorkflowRow>
SqliteExecutionReads::workflow(std::string_view workflow_namespace, std::string_view version)
{
    const Snapshot snapshot(connection_, gate_);
    Prepared& select = connection_.prepared(sql::view_workflow);
    return find(select, read_workflow_with_graph, workflow_namespace, version);
}

std::optional<ExecutionReads::Execution> SqliteExecutionReads::execution(RunId id)
{
    const Snapshot snapshot(connection_, gate_);
    return find(connection_.prepared(sql::view_execution), read_execution, id);
}

std::optional<std::string> SqliteExecutionReads::initial_context(RunId id)
{
    const Snapshot snapshot(connection_, gate_);
    return find(connection_.prepared(sql::initial_context), read_value<std::string>, id);
}

ExecutionReads::Page SqliteExecutionReads::executions(const Filter& filter)
{
    const auto look = [&](RunId before, std::size_t limit) {
        const Snapshot snapshot(connection_, gate_);
        return collect(
            connection_.prepared(sql::list_executions), read_seen, filter.workflow_namespace,
            filter.state, before, limit
        );
    };
    const FoundExecutions found = search_executions(filter, look);
    Page page;
    page.go_on_before = found.go_on_before;
    const Snapshot snapshot(connection_, gate_);
    Prepared& select = connection_.prepared(sql::view_execution);
    for (const RunId id : found.runs)
        collect_into(page.executions, select, read_execution, id);
    return page;
}

std::vector<EndedRun> SqliteExecutionReads::final_among(std::span<const RunId> ids)
{
    const Snapshot snapshot(connection_, gate_);
    std::vector<EndedRun> ended;
    Prepared& select = connection_.prepared(sql::final_run);
    for (const RunId id : ids)
        collect_into(ended, select, read_ended_run, id);
    return ended;
}

std::vector<Reads::Task> SqliteExecutionReads::tasks(const TaskFilter& filter)
{
    std::vector<Reads::Task> tasks;
    for (TaskId after = filter.after;;) {
        const Snapshot snapshot(connection_, gate_);
        const auto run = find(connection_.prepared(sql::read_run_span), read_span, filter.run);
        if (!run)
            return tasks;
        const TaskId first = std::max(run->first, TaskId{after.value + 1});
        const TaskId last = std::min(run->last, TaskId{first.value + window_ids - 1});
        connection_.prepared(sql::execution_tasks)
            .rows(
                [&](Row& row) { tasks.push_back(read_joined(row, run->state)); }, first, last,
                filter.run, filter.limit - tasks.size()
            );
        if (last >= run->last || tasks.size() == filter.limit)
            return tasks;
        after = last;
    }
}

std::vector<DoneRow> SqliteExecutionReads::ends(std::span<const TaskId> ids, std::size_t bytes_max)
{
    std::vector<TaskId> sorted(ids.begin(), ids.end());
    std::ranges::sort(sorted);
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());

    const Snapshot snapshot(connection_, gate_);
    std::vector<DoneRow> ends;
    std::size_t bytes = 0;
    Prepared& select = connection_.prepared(sql::done);
    for (const TaskId id : sorted) {
        std::optional<DoneRow> end = find(select, read_done, id);
        if (!end)
            continue;
        bytes += end->result.size();
        if (!ends.empty() && bytes > bytes_max)
            break;
        ends.push_back(std::move(*end));
    }
    return ends;
}

std::vector<WorkerRow> SqliteExecutionReads::servers()
{
    const Snapshot snapshot(connection_, gate_);
    std::vector<WorkerRow> workers = collect(connection_.prepared(sql::workers), read_worker);
    std::ranges::sort(workers, std::ranges::greater(), &WorkerRow::id);
    return workers;
}

std::vector<std::string> SqliteExecutionReads::queues_with_ready(std::string_view prefix)
{
    const Snapshot snapshot(connection_, gate_);
    return collect(connection_.prepared(sql::ready_queue_names), read_value<std::string>, prefix);
}

} // namespace sluice::sqlite
