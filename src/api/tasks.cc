// SPDX-License-Identifier: Apache-2.0
// /task/{id}: what clients and targets of webhooks do with a task.
#include "tasks/tasks.h"
#include "base/text.h"

#include "api/off_loop.h"
#include "api/respond.h"
#include "api/routes.h"
#include "api/task_answers.h"
#include "api/task_errors.h"
#include "api/wire_task.h"
#include "api/wire_task_read.h"
#include <fmt/format.h>

namespace sluice {

namespace {

Async<Response> show(Api& api, std::string id)
{
    const Result<TaskView> task = co_await api.tasks.find(std::move(id));
    if (!task)
        co_return typed_error(task.error());
    const SpellId spell = speller(api.tasks);
    auto write = [&]() -> Result<std::string> {
        const Result<Json> spec = read_spec(*task);
        return spec ? dumped(task_json(*task, *spec, spell)) : spec.error();
    };
    const std::size_t bytes = task->task.row.payload.size() + task->spec.size();
    Result<std::string> text = co_await off_loop(api, bytes, std::move(write));
    co_return json_text(200, std::move(text));
}

Async<Response> show_task(Api& api, const Request& request)
{
    return show(api, request.path_field("id"));
}

Async<Response> update_task(Api& api, const Request& request)
{
    std::string id = request.path_field("id");
    if (!api.tasks.task_id(id))
        co_return no_such("task", id);
    const Body body = co_await read_json(api, request);
    if (const Response* refusal = std::get_if<Response>(&body))
        co_return *refusal;
    Checked<UpdateTask> change = read_task_update(std::get<Json>(body));
    if (!change)
        co_return refused_body(change.error());
    change->actor = actor_of(request);
    const Result<void> done = co_await api.tasks.update(std::move(id), std::move(*change));
    co_return done ? text_response(200, "Task updated successfully") : typed_error(done.error());
}

Async<Response> count_reports(Api& api, const Request& request)
{
    std::string id = request.path_field("id");
    if (!api.tasks.task_id(id))
        co_return no_such("task", id);
    const Body body = co_await read_json(api, request);
    if (const Response* refusal = std::get_if<Response>(&body))
        co_return *refusal;
    const Checked<ReportedCounts> counts = read_counts(std::get<Json>(body));
    if (!counts)
        co_return refused_body(counts.error());
    const Result<void> done =
        co_await api.tasks.count(std::move(id), counts->success, counts->failures);
    co_return done ? text_response(202, "Queued") : typed_error(done.error());
}

using TaskAction = Async<Result<void>> (Tasks::*)(std::string id, std::string actor);

// Does something to a task and shows what it is then.
Async<Response> act(Api& api, const Request& request, TaskAction action)
{
    std::string id = request.path_field("id");
    std::string actor = actor_of(request);
    const Result<void> done = co_await (api.tasks.*action)(id, std::move(actor));
    if (!done)
        co_return refused_action(done.error());
    Response response = co_await show(api, std::move(id));
    co_return response;
}

Async<Response> cancel_task(Api& api, const Request& request)
{
    const std::optional<std::string_view> purge = request.query_field("purge");
    if (purge && *purge != "soft")
        co_return typed_error(
            400, fmt::format("query parameter purge: must be soft, not '{}'", printable(*purge))
        );
    const TaskAction action = purge ? &Tasks::hide : &Tasks::cancel;
    Response response = co_await act(api, request, action);
    co_return response;
}

Async<Response> pause_task(Api& api, const Request& request)
{
    return act(api, request, &Tasks::pause);
}

Async<Response> resume_task(Api& api, const Request& request)
{
    return act(api, request, &Tasks::resume);
}

Async<Response> restore_task(Api& api, const Request& request)
{
    return act(api, request, &Tasks::restore);
}

Async<Response> retry_task(Api& api, const Request& request)
{
    return act(api, request, &Tasks::retry);
}

std::vector<Operation> report_operations()
{
    return {
        {.pattern = "/task/{id}",
         .summary = "A task with everything that is known about it.",
         .answer = "Task",
         .errors = {404},
         .handle = show_task},
        {.method = Method::patch,
         .pattern = "/task/{id}",
         .summary = "A report of the task's target, an edit, or both; `{}` is a heartbeat.",
         .body = "TaskUpdate",
         .content_type = "text/plain",
         .errors = {404, 409, 413, 415},
         .handle = update_task},
        {.method = Method::put,
         .pattern = "/task/{id}",
         .summary = "Adds to the counts of a task, of a final one too.",
         .body = "TaskCounts",
         .status = 202,
         .content_type = "text/plain",
         .errors = {404, 413, 415},
         .handle = count_reports},
        {.method = Method::delete_,
         .pattern = "/task/{id}",
         .summary = "Cancels a task that is not final; with `purge=soft`, hides one that is.",
         .query = {"purge"},
         .answer = "Task",
         .errors = {404},
         .handle = cancel_task},
    };
}

std::vector<Operation> change_operations()
{
    return {
        {.method = Method::patch,
         .pattern = "/task/pause/{id}",
         .summary = "Holds a task that is not final; its clock stands still.",
         .answer = "Task",
         .errors = {404},
         .handle = pause_task},
        {.method = Method::patch,
         .pattern = "/task/resume/{id}",
         .summary = "Goes on with a paused task.",
         .answer = "Task",
         .errors = {404},
         .handle = resume_task},
        {.method = Method::post,
         .pattern = "/task/{id}/restore",
         .summary = "Brings back a task that was hidden.",
         .answer = "Task",
         .errors = {404},
         .handle = restore_task},
        {.method = Method::post,
         .pattern = "/task/{id}/retry",
         .summary = "A task that failed, was canceled or skipped lives again as a new attempt.",
         .answer = "Task",
         .errors = {404},
         .handle = retry_task},
    };
}

} // namespace

std::vector<Operation> task_operations()
{
    std::vector<Operation> all;
    for (auto list : {task_list_operations, report_operations, change_operations})
        for (Operation& operation : list())
            all.push_back(std::move(operation));
    return all;
}

} // namespace sluice
