// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/execution_reads.h"

#include "store/execution_search.h"
#include "store/postgres/codec.h"
#include "store/postgres/execution_codec.h"
#include "store/postgres/tables.h"

#include "store/postgres_sql.h"

#include <algorithm>
#include <functional>

namespace sluice::postgres {

namespace {

WorkflowRow read_workflow_with_graph(Row& row)
{
    WorkflowRow workflow = read_workflow(row);
    row.into(workflow.graph);
    return workflow;
}

ExecutionReads::Execution read_execution(Row& row)
{
    ExecutionReads::Execution execution;
    execution.run = read_run_with_detail(row);
    row.into(execution.run.was_tried);
    execution.workflow = read_workflow(row);
    return execution;
}

SeenExecution read_seen(Row& row)
{
    SeenExecution seen;
    row.into(seen.run, seen.fits);
    return seen;
}

EndedRun read_ended_run(Row& row)
{
    EndedRun ended;
    ended.row = read_run(row);
    row.into(ended.error);
    return ended;
}

} // namespace

std::vector<WorkflowRow> PostgresExecutionReads::workflows()
{
    return connection_.query(sql::view_workflows).all(read_workflow);
}

std::vector<WorkflowRow> PostgresExecutionReads::versions(std::string_view workflow_namespace)
{
    Params params;
    params.add(Text{"namespace", workflow_namespace});
    return connection_.query(sql::workflow_versions, params).all(read_workflow);
}

std::optional<WorkflowRow>
PostgresExecutionReads::workflow(std::string_view workflow_namespace, std::string_view version)
{
    Params params;
    params.add(Text{"namespace", workflow_namespace}).add(Text{"version", version});
    return connection_.query(sql::view_workflow, params).first(read_workflow_with_graph);
}

std::vector<ExecutionReads::Execution> PostgresExecutionReads::load(std::span<const RunId> ids)
{
    Params params;
    params.array(ids, std::identity());
    return connection_.query(sql::view_executions, params).all(read_execution);
}

std::optional<ExecutionReads::Execution> PostgresExecutionReads::execution(RunId id)
{
    std::vector<Execution> found = load({&id, 1});
    if (found.empty())
        return std::nullopt;
    return std::move(found.front());
}

std::optional<std::string> PostgresExecutionReads::initial_context(RunId id)
{
    Params params;
    params.add(id);
    return connection_.query(sql::initial_context, params).value<std::string>();
}

ExecutionReads::Page PostgresExecutionReads::executions(const Filter& filter)
{
    const auto look = [&](RunId before, std::size_t limit) {
        Params params;
        params.add(Text{"namespace", filter.workflow_namespace}).add(filter.state);
        params.add(before).add(limit_of(limit));
        return connection_.query(sql::list_executions, params).all(read_seen);
    };
    const FoundExecutions found = search_executions(filter, look);
    Page page;
    page.go_on_before = found.go_on_before;
    if (!found.runs.empty())
        page.executions = load(found.runs);
    return page;
}

std::vector<EndedRun> PostgresExecutionReads::final_among(std::span<const RunId> ids)
{
    Params params;
    params.array(ids, std::identity());
    return connection_.query(sql::final_runs, params).all(read_ended_run);
}

std::vector<Reads::Task> PostgresExecutionReads::tasks(const TaskFilter& filter)
{
    Params params;
    params.add(filter.after).add(filter.run).add(limit_of(filter.limit));
    return connection_.query(sql::execution_tasks, params).all(read_whole_task_now);
}

std::vector<DoneRow>
PostgresExecutionReads::ends(std::span<const TaskId> ids, std::size_t bytes_max)
{
    Params params;
    params.array(ids, std::identity()).add(limit_of(bytes_max));
    return connection_.query(sql::ends, params).all(read_done);
}

std::vector<WorkerRow> PostgresExecutionReads::servers()
{
    std::vector<WorkerRow> workers = connection_.query(sql::workers).all(read_worker);
    std::ranges::sort(workers, std::ranges::greater(), &WorkerRow::id);
    return workers;
}

std::vector<std::string> PostgresExecutionReads::queues_with_ready(std::string_view prefix)
{
    Params params;
    params.add(Text{"queue", prefix});
    return connection_.query(sql::ready_queue_names, params).column<std::string>();
}

} // namespace sluice::postgres
