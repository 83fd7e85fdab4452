// SPDX-License-Identifier: Apache-2.0
#include "cli/workflows_port.h"

#include "app/database.h"
#include "cli/jobs_port.h"
#include "model/workflow/context_check.h"
#include "store/store.h"

namespace sluice {

namespace {

Async<Result<int>> use_port(Context& context, const WorkflowsAction& action)
{
    // What works on workflows finds none in a schema that it would have to make.
    const Result<Database> database = open_database(
        context.loop.get_executor(), context.config, context.logs, nullptr,
        MissingSchema::is_refused
    );
    if (!database)
        co_return database.error();
    Store& store = *database->store;
    const std::string actor = actor_of_this_user();
    WorkflowsPort port{
        WorkflowReads(store), RunReads(store), RunActions(store, actor),
        CronSchedules(store, actor)};
    Result<int> code = co_await action(context, port);
    co_return code;
}

// As the user is shown it; what cannot be read stays text.
Json context_json(const std::string& stored)
{
    Result<Json> json = stored_context(stored);
    return json ? *std::move(json) : Json(stored);
}

Json document_of(const TaskReport& task)
{
    Json document = Json::object();
    document["id"] = task.id;
    document["status"] = name(task.status);
    document["start_time"] = time_or_null(task.started_at);
    document["end_time"] = time_or_null(task.ended_at);
    document["attempts"] = task.attempts;
    document["error"] = task.error;
    document["output"] = nullptr;
    if (task.status == TaskStatus::completed && task.end)
        document["output"] = context_json(task.end->result);
    return document;
}

} // namespace

CommandAction on_workflows(WorkflowsAction action)
{
    const auto kept = std::make_shared<const WorkflowsAction>(std::move(action));
    return [kept](Context& context) { return use_port(context, *kept); };
}

Json time_or_null(const std::optional<Time>& time)
{
    return time ? Json(format_time(*time)) : Json(nullptr);
}

Json document_of(const RunLine& run)
{
    Json document = Json::object();
    document["id"] = run.id;
    document["workflow"] = run.workflow;
    document["version"] = run.version;
    document["status"] = name(run.status);
    document["created_at"] = format_time(run.created_at);
    document["end_time"] = time_or_null(run.ended_at);
    Json counts = Json::object();
    counts["total"] = run.counts.total;
    counts["completed"] = run.counts.succeeded;
    counts["failed"] = run.counts.failed;
    counts["skipped"] = run.counts.skipped;
    counts["cancelled"] = run.counts.canceled;
    document["tasks"] = std::move(counts);
    return document;
}

Json document_of(const RunReport& run)
{
    Json document = Json::object();
    document["id"] = run.id;
    document["workflow"] = run.workflow;
    document["version"] = run.version;
    document["status"] = name(run.status);
    document["created_at"] = format_time(run.created_at);
    document["end_time"] = time_or_null(run.ended_at);
    document["error"] = run.error;
    document["initial_context"] = context_json(run.initial_context);
    const Result<std::string> context = final_context_of(run);
    document["final_context"] = context ? context_json(*context) : Json(nullptr);
    document["tasks"] = Json::array();
    for (const TaskPlace place : topological_order_of(run))
        document["tasks"].push_back(document_of(run.tasks[place]));
    return document;
}

} // namespace sluice
