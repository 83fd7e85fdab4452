// SPDX-License-Identifier: Apache-2.0
// /task/{id}/timeline and /why: what has happened to a task, and why it does not run.
#include "api/respond.h"
#include "api/routes.h"
#include "api/task_answers.h"
#include "api/task_errors.h"
#include "api/wire_history.h"
#include "tasks/tasks.h"

namespace sluice {

namespace {

Async<Response> show_timeline(Api& api, const Request& request)
{
    const Result<TaskHistory> history =
        co_await api.tasks.history(request.path_field("id"), HistoryFor::timeline);
    if (!history)
        co_return typed_error(history.error());
    co_return json_response(200, timeline_json(*history, speller(api.tasks)));
}

Async<Response> show_why(Api& api, const Request& request)
{
    const Result<TaskHistory> history =
        co_await api.tasks.history(request.path_field("id"), HistoryFor::why);
    if (!history)
        co_return typed_error(history.error());
    co_return json_response(200, why_json(*history, api.tasks.now(), speller(api.tasks)));
}

} // namespace

std::vector<Operation> task_history_operations()
{
    return {
        {.pattern = "/task/{id}/timeline",
         .summary = "What has happened to a task: each status, attempts, what users did, its "
                    "webhooks.",
         .answer = "Timeline",
         .errors = {404},
         .handle = show_timeline},
        {.pattern = "/task/{id}/why",
         .summary = "Why a task does not run now, in words and as data.",
         .answer = "TaskWhy",
         .errors = {404},
         .handle = show_why},
    };
}

} // namespace sluice
