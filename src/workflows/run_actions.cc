// SPDX-License-Identifier: Apache-2.0
#include "workflows/run_actions.h"

#include "base/text.h"
#include "model/workflow/workflow_check.h"
#include "store/execution_reads.h"
#include "store/store.h"
#include "workflows/run_reads.h"

#include <fmt/format.h>

namespace sluice {

namespace {

Target whole(RunId run, const std::string& actor, std::string reason = {})
{
    return Target{run, {}, actor, std::move(reason)};
}

// The tasks that retry_from names.
std::optional<std::vector<TaskId>> chosen(const RunReport& report, const std::string& task)
{
    std::vector<TaskId> tasks;
    for (const TaskReport& each : report.tasks)
        if (task.empty() ? each.status == TaskStatus::failed : each.id == task)
            tasks.push_back(each.task);
    if (tasks.empty() && !task.empty())
        return std::nullopt;
    return tasks;
}

Error no_such_task(const RunReport& report, const std::string& task)
{
    std::vector<std::string> ids;
    for (const TaskReport& each : report.tasks)
        ids.push_back(each.id);
    return {
        Errc::not_found,
        fmt::format(
            "run '{}' has no task '{}'{}", report.id, printable(task), near_name(task, ids)
        )};
}

} // namespace

Async<Result<void>> RunActions::cancel(RunId run, std::string reason)
{
    Cancel request{whole(run, actor_, std::move(reason))};
    const Result<Affected> done = co_await store_.cancel(std::move(request));
    if (!done)
        co_return done.error();
    co_return Result<void>{};
}

Async<Result<void>> RunActions::pause(RunId run)
{
    Pause request{whole(run, actor_)};
    const Result<Affected> done = co_await store_.pause(std::move(request));
    if (!done)
        co_return done.error();
    co_return Result<void>{};
}

Async<Result<void>> RunActions::resume(RunId run)
{
    Resume request{whole(run, actor_)};
    const Result<Affected> done = co_await store_.resume(std::move(request));
    if (!done)
        co_return done.error();
    co_return Result<void>{};
}

Async<Result<void>> RunActions::retry_from(RunId run, std::string task, Micros run_timeout)
{
    RunReads reads(store_);
    const Result<SharedReport> report = co_await reads.report(run);
    if (!report)
        co_return report.error();
    std::optional<std::vector<TaskId>> tasks = chosen(**report, task);
    if (!tasks)
        co_return no_such_task(**report, task);
    if (tasks->empty())
        co_return Error{Errc::conflict, fmt::format("no task of run '{}' failed", (*report)->id)};

    RetryTasks request{};
    request.target = whole(run, actor_);
    request.target.tasks = std::move(*tasks);
    request.from = RetryTasks::From::descendants;
    request.run_timeout = run_timeout;
    const Result<Affected> done = co_await store_.retry_tasks(std::move(request));
    if (!done)
        co_return done.error();
    co_return Result<void>{};
}

} // namespace sluice
