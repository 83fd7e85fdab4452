// SPDX-License-Identifier: Apache-2.0
// /groups: tasks of any batch to which clients have given one name.
#include "api/act_on_all.h"
#include "api/query_reader.h"
#include "api/respond.h"
#include "api/routes.h"
#include "api/shared_reads.h"
#include "api/task_answers.h"
#include "api/task_errors.h"
#include "api/wire_batch.h"
#include "api/wire_task_filter.h"
#include "tasks/tasks.h"

namespace sluice {

namespace {

Async<Response> show_group(Api& api, const Request& request)
{
    const Result<GroupView> group = co_await api.tasks.group(request.path_field("id"));
    if (!group)
        co_return typed_error(group.error());
    co_return json_response(200, group_json(*group));
}

Async<Response> list_groups(Api& api, const Request& request)
{
    const Result<BatchQuery> query = read_batch_query(request, api.options.pages);
    if (!query)
        co_return typed_error(query.error());
    const Result<std::vector<GroupView>> groups =
        co_await api.tasks.groups(query->filter.skip, query->filter.limit);
    if (!groups)
        co_return typed_error(groups.error());
    Json list = Json::array();
    for (const GroupView& group : *groups)
        list.push_back(listed_group_json(group));
    Response response = json_response(200, list);
    if (groups->size() == query->filter.limit)
        response.headers.add("Link", next_link(request, "page", query->next_page));
    co_return response;
}

Json group_named(const std::string& id)
{
    return Json{{"group_id", id}};
}

} // namespace

std::vector<Operation> group_operations()
{
    return {
        {.pattern = "/groups",
         .summary =
             "Groups by their newest tasks, newest first. `Link: <…>; rel=\"next\"` leads to "
             "the next page.",
         .query = {"page", "page_size"},
         .answer = "ListedGroups",
         .handle = shared<list_groups>},
        {.pattern = "/groups/{id}",
         .summary = "The counts of a group. `total_expected` is null when a task says nothing.",
         .answer = "Group",
         .errors = {404},
         .handle = show_group},
        {.pattern = "/groups/{id}/stats",
         .summary = "The same.",
         .answer = "Group",
         .errors = {404},
         .handle = show_group},
        {.method = Method::delete_,
         .pattern = "/groups/{id}",
         .summary = "Cancels what is not final, batch by batch.",
         .answer = "CanceledGroup",
         .errors = {404},
         .handle = act_on_all<&Tasks::cancel_group, group_named, canceled_json>},
        {.method = Method::patch,
         .pattern = "/groups/{id}/pause",
         .summary = "Holds what is not final.",
         .answer = "PausedGroup",
         .errors = {404},
         .handle = act_on_all<&Tasks::pause_group, group_named, paused_json>},
        {.method = Method::patch,
         .pattern = "/groups/{id}/resume",
         .summary = "Goes on with the paused tasks of a group.",
         .answer = "ResumedGroup",
         .errors = {404},
         .handle = act_on_all<&Tasks::resume_group, group_named, resumed_json>},
    };
}

} // namespace sluice
