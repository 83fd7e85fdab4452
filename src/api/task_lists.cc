// SPDX-License-Identifier: Apache-2.0
// /task without an id: how batches are created and tasks found.
#include "api/keys.h"
#include "api/off_loop.h"
#include "api/respond.h"
#include "api/routes.h"
#include "api/shared_reads.h"
#include "api/task_answers.h"
#include "api/task_errors.h"
#include "api/wire_task.h"
#include "api/wire_task_filter.h"
#include "tasks/tasks.h"

namespace sluice {

namespace {

Async<Tasks::NewBatch> new_batch(Api& api, const Request& request, std::string key, Json body)
{
    Tasks::NewBatch batch;
    batch.requester = actor_of(request);
    if (!batch.requester.empty())
        drop_requesters(body);
    batch.body = std::move(body);
    batch.request_key = std::move(key);
    if (batch.request_key.empty())
        co_return batch;
    auto hash = [&request] { return sha256_hex(request.body); };
    std::string hashed = co_await off_loop(api, request.body.size(), std::move(hash));
    batch.body_hash = std::move(hashed);
    co_return batch;
}

Async<Response> create_tasks(Api& api, const Request& request)
{
    Result<std::string> key = request_key(request);
    if (!key)
        co_return with_batch_id(typed_error(key.error()));
    Body body = co_await read_json(api, request);
    if (Response* refusal = std::get_if<Response>(&body))
        co_return refusal->status == 400 ? with_batch_id(std::move(*refusal)) : std::move(*refusal);
    Json& json = std::get<Json>(body);
    Tasks::NewBatch batch = co_await new_batch(api, request, *std::move(key), std::move(json));
    const Judged<Tasks::Created> made = co_await api.tasks.create(std::move(batch));
    if (!made)
        co_return refused_batch(made.error());
    Response response = no_content();
    if (!made->tasks.empty()) {
        const SpellId spell = speller(api.tasks);
        auto write = [&] { return created_tasks_text(made->tasks, spell); };
        Result<std::string> text = co_await off_loop(api, request.body.size(), std::move(write));
        response = json_text(201, std::move(text));
    }
    response.headers.add("X-Batch-ID", made->batch_id.empty() ? unused_batch_id() : made->batch_id);
    co_return response;
}

// The ids in a query become keys. False: one is of nothing here, so that nothing is asked for.
bool look_up(const Tasks& tasks, TaskQuery& query)
{
    if (query.batch) {
        query.filter.run = tasks.batch_id(*query.batch);
        if (!query.filter.run)
            return false;
    }
    if (query.before) {
        query.filter.before = tasks.task_id(*query.before).value_or(TaskId{});
        return static_cast<bool>(query.filter.before);
    }
    return true;
}

Async<Response> list_tasks(Api& api, const Request& request)
{
    Result<TaskQuery> query = read_task_query(request, api.options.pages);
    if (!query)
        co_return typed_error(query.error());
    Json list = Json::array();
    if (!look_up(api.tasks, *query))
        co_return json_response(200, list);
    const std::size_t limit = query->filter.limit;
    const Result<std::vector<TaskView>> tasks = co_await api.tasks.list(std::move(query->filter));
    if (!tasks)
        co_return typed_error(tasks.error());
    const SpellId spell = speller(api.tasks);
    for (const TaskView& task : *tasks)
        list.push_back(light_task_json(task, spell));
    Response response = json_response(200, list);
    if (tasks->size() == limit) {
        const std::string last = list.back()["id"];
        response.headers.add("Link", next_link(request, "before", last));
    }
    co_return response;
}

} // namespace

std::vector<Operation> task_list_operations()
{
    return {
        {.method = Method::post,
         .pattern = "/task",
         .summary = "Creates a batch of tasks; `X-Batch-ID` names it. 204: nothing was created. "
                    "With an Idempotency-Key, the same request again gives the same answer.",
         .body = "NewTasks",
         .status = 201,
         .answer = "Tasks",
         .also = {204},
         .errors = {409, 413, 415, 429},
         .handle = create_tasks},
        {.pattern = "/task",
         .summary = "Tasks, newest first. `Link: <…>; rel=\"next\"` leads to the next page.",
         .query =
             {"page", "page_size", "before", "name", "kind", "status", "timeout", "metadata",
              "batch_id", "group_id", "deleted"},
         .answer = "LightTasks",
         .handle = shared<list_tasks>},
    };
}

} // namespace sluice
