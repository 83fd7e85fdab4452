// SPDX-License-Identifier: Apache-2.0
// Runs of workflows, one and many. Why and events: run_history.cc.
#include "workflows/run_reads.h"

#include "base/text.h"
#include "store/store.h"
#include "workflows/report_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <unordered_map>

namespace sluice {

namespace {

constexpr std::size_t rows_at_once = 1000;
constexpr std::size_t bytes_at_once = std::size_t{16} << 20;

const Error no_such_run{Errc::not_found, "no such run"};

struct Head {
    std::optional<ExecutionReads::Execution> execution;
    std::string context;
};

// Tasks of a report by their ids, for the rows that are read of them.
class TaskIndex {
public:
    explicit TaskIndex(std::vector<TaskReport>& tasks)
    {
        for (TaskReport& task : tasks)
            tasks_.emplace(task.task.value, &task);
    }
    TaskReport* find(TaskId task) const
    {
        const auto found = tasks_.find(task.value);
        return found == tasks_.end() ? nullptr : found->second;
    }

private:
    std::unordered_map<std::int64_t, TaskReport*> tasks_;
};

Async<Result<void>> add_tasks(Store& store, RunReport& report)
{
    std::vector<TaskParents> parents;
    ExecutionReads::TaskFilter filter{report.run, {}, rows_at_once};
    for (bool has_more = true; has_more;) {
        const auto look = [filter](Reads& reads) { return task_rows(reads, filter); };
        Result<TaskRows> rows = co_await store.read(look);
        if (!rows)
            co_return rows.error();
        has_more = rows->tasks.size() == filter.limit;
        if (has_more)
            filter.after = rows->tasks.back().task;
        std::move(rows->tasks.begin(), rows->tasks.end(), std::back_inserter(report.tasks));
        std::move(rows->parents.begin(), rows->parents.end(), std::back_inserter(parents));
    }
    report.parents = places_of(report.tasks, parents);
    co_return Result<void>{};
}

Async<Result<void>> add_ends(Store& store, RunReport& report)
{
    const TaskIndex index(report.tasks);
    std::vector<TaskId> missing;
    for (const TaskReport& task : report.tasks)
        if (is_final(task.status))
            missing.push_back(task.task);
    while (!missing.empty()) {
        std::vector<TaskId> some(
            missing.begin(), missing.begin() + std::min(missing.size(), rows_at_once)
        );
        auto look = [some](Reads& reads) { return reads.executions().ends(some, bytes_at_once); };
        Result<std::vector<DoneRow>> rows = co_await store.read(std::move(look));
        if (!rows)
            co_return rows.error();
        if (rows->empty())
            break; // lives again by now, or is still to be swept
        for (DoneRow& row : *rows)
            if (TaskReport* task = index.find(row.task); task && !task->end)
                task->end = std::make_shared<const DoneRow>(std::move(row));
        std::erase_if(missing, [&](TaskId task) { return index.find(task)->end != nullptr; });
    }
    co_return Result<void>{};
}

RunLine line_of(const Store& store, const ExecutionReads::Execution& execution)
{
    const RunRow& row = execution.run.row;
    RunLine line;
    line.id = format_uid(store.uid(UidKind::run, row.created_at, row.id.value));
    line.workflow = execution.workflow.workflow_namespace;
    line.version = execution.workflow.version;
    line.status = status_of(execution.run);
    line.created_at = row.created_at;
    line.ended_at = row.finished_at;
    line.counts = row.counts;
    return line;
}

// The state of its row in which a run has this status.
RunState state_of(RunStatus status)
{
    switch (status) {
    case RunStatus::completed:
        return RunState::succeeded;
    case RunStatus::failed:
        return RunState::failed;
    case RunStatus::cancelled:
        return RunState::canceled;
    default:
        return RunState::active;
    }
}

} // namespace

Result<RunId> RunReads::find(std::string_view id) const
{
    const std::optional<Uid> uid = parse_uid(id);
    if (!uid)
        return Error{
            Errc::invalid,
            fmt::format("'{}' is not the id of a run: a UUID is expected", printable(id))};
    const std::optional<std::int64_t> key = store_.key(UidKind::run, *uid);
    if (!key)
        return Error{Errc::not_found, fmt::format("no run '{}'", printable(id))};
    return RunId{*key};
}

Async<Result<SharedReport>> RunReads::report(RunId run)
{
    const auto look = [run](Reads& reads) {
        Head found{reads.executions().execution(run), {}};
        if (found.execution)
            found.context = reads.executions().initial_context(run).value_or("");
        return found;
    };
    Result<Head> head = co_await store_.read(look);
    if (!head)
        co_return head.error();
    if (!head->execution)
        co_return no_such_run;

    RunLine line = line_of(store_, *head->execution);
    const auto report = std::make_shared<RunReport>();
    report->run = run;
    report->id = std::move(line.id);
    report->workflow = std::move(line.workflow);
    report->version = std::move(line.version);
    report->status = line.status;
    report->created_at = line.created_at;
    report->ended_at = line.ended_at;
    report->error = error_of(head->execution->run);
    report->initial_context = std::move(head->context);
    const Result<void> tasks = co_await add_tasks(store_, *report);
    if (!tasks)
        co_return tasks.error();
    const Result<void> ends = co_await add_ends(store_, *report);
    if (!ends)
        co_return ends.error();
    co_return SharedReport(report);
}

Async<Result<RunStatus>> RunReads::status(RunId run)
{
    const auto look = [run](Reads& reads) { return reads.executions().execution(run); };
    const Result<std::optional<ExecutionReads::Execution>> found = co_await store_.read(look);
    if (!found)
        co_return found.error();
    if (!*found)
        co_return no_such_run;
    co_return status_of((*found)->run);
}

Async<Result<std::vector<RunLine>>> RunReads::list(Query query)
{
    ExecutionReads::Filter filter;
    filter.workflow_namespace = query.workflow;
    if (query.status)
        filter.state = state_of(*query.status);
    filter.before = query.before.value_or(RunId{});
    filter.limit = query.limit;
    std::vector<RunLine> lines;
    // A page of the database may be short of what is asked, as it looks at so many rows only.
    for (bool has_more = true; has_more && lines.size() < query.limit;) {
        auto look = [filter](Reads& reads) { return reads.executions().executions(filter); };
        const Result<ExecutionReads::Page> page = co_await store_.read(std::move(look));
        if (!page)
            co_return page.error();
        for (const ExecutionReads::Execution& execution : page->executions) {
            RunLine line = line_of(store_, execution);
            if ((!query.status || line.status == *query.status) && lines.size() < query.limit)
                lines.push_back(std::move(line));
        }
        has_more = static_cast<bool>(page->go_on_before);
        filter.before = page->go_on_before;
    }
    co_return lines;
}

} // namespace sluice
