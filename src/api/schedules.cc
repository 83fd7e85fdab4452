// SPDX-License-Identifier: Apache-2.0
// /schedules: what creates batches at times.
#include "tasks/schedules.h"

#include "api/respond.h"
#include "api/routes.h"
#include "api/task_answers.h"
#include "api/task_errors.h"
#include "api/wire_schedule.h"
#include "api/wire_task_filter.h"
#include "tasks/tasks.h"

namespace sluice {

namespace {

constexpr std::size_t schedule_bytes_max = 1u << 20;

Response answer(Api& api, int status, const StoredSchedule& schedule)
{
    const Result<Json> json = schedule_json(schedule, speller(api.tasks));
    return json ? json_response(status, *json) : typed_error(json.error());
}

Response answer(Api& api, int status, const Judged<StoredSchedule>& schedule)
{
    if (schedule)
        return answer(api, status, *schedule);
    if (schedule.error().code == Errc::invalid)
        return refused_body(schedule.error().problems);
    return typed_error(to_error(schedule.error()));
}

Async<Response> create_schedule(Api& api, const Request& request)
{
    Body body = co_await read_json(api, request);
    if (Response* refusal = std::get_if<Response>(&body))
        co_return std::move(*refusal);
    Json json = std::move(std::get<Json>(body));
    name_requester(request, json);
    std::string actor = actor_of(request);
    const Judged<StoredSchedule> made =
        co_await api.schedules.create(std::move(json), std::move(actor));
    co_return answer(api, 201, made);
}

Async<Response> change_schedule(Api& api, const Request& request)
{
    std::string id = request.path_field("id");
    const Result<StoredSchedule> known = co_await api.schedules.find(id);
    if (!known)
        co_return typed_error(known.error());
    Body body = co_await read_json(api, request);
    if (Response* refusal = std::get_if<Response>(&body))
        co_return std::move(*refusal);
    Json json = std::move(std::get<Json>(body));
    name_requester(request, json);
    std::string actor = actor_of(request);
    const Judged<StoredSchedule> changed =
        co_await api.schedules.change(std::move(id), std::move(json), std::move(actor));
    co_return answer(api, 200, changed);
}

Async<Response> show_schedule(Api& api, const Request& request)
{
    const Result<StoredSchedule> found = co_await api.schedules.find(request.path_field("id"));
    co_return found ? answer(api, 200, *found) : typed_error(found.error());
}

Async<Response> delete_schedule(Api& api, const Request& request)
{
    std::string id = request.path_field("id");
    std::string actor = actor_of(request);
    const Result<void> removed = co_await api.schedules.remove(id, std::move(actor));
    co_return removed ? json_response(200, Json{{"id", id}}) : typed_error(removed.error());
}

Async<Response> list_schedules(Api& api, const Request& request)
{
    const Result<ScheduleQuery> query = read_schedule_query(request, api.options.pages);
    if (!query)
        co_return typed_error(query.error());
    ScheduleReads::Filter filter = query->filter;
    const Result<std::vector<StoredSchedule>> found =
        co_await api.schedules.list(std::move(filter));
    if (!found)
        co_return typed_error(found.error());
    Json list = Json::array();
    for (const StoredSchedule& schedule : *found) {
        Result<Json> json = schedule_json(schedule, speller(api.tasks));
        if (!json)
            co_return typed_error(json.error());
        list.push_back(std::move(*json));
    }
    Response response = json_response(200, list);
    if (found->size() == query->filter.limit)
        response.headers.add("Link", next_link(request, "page", query->next_page));
    co_return response;
}

Async<Response> list_ticks(Api& api, const Request& request)
{
    const Result<ScheduleQuery> query = read_schedule_query(request, api.options.pages);
    if (!query)
        co_return typed_error(query.error());
    const std::string id = request.path_field("id");
    const Result<std::vector<TickRow>> ticks =
        co_await api.schedules.ticks(id, query->filter.skip, query->filter.limit);
    if (!ticks)
        co_return typed_error(ticks.error());
    Json list = Json::array();
    for (const TickRow& tick : *ticks)
        list.push_back(tick_json(tick, id, speller(api.tasks)));
    Response response = json_response(200, list);
    if (ticks->size() == query->filter.limit)
        response.headers.add("Link", next_link(request, "page", query->next_page));
    co_return response;
}

} // namespace

std::vector<Operation> schedule_operations()
{
    return {
        {.method = Method::post,
         .pattern = "/schedules",
         .summary = "Creates a schedule: a batch of its tasks at each of its ticks.",
         .body = "NewSchedule",
         .status = 201,
         .answer = "Schedule",
         .errors = {413, 415},
         .body_bytes_max = schedule_bytes_max,
         .handle = create_schedule},
        {.pattern = "/schedules",
         .summary = "Schedules, newest first. `Link: <…>; rel=\"next\"` leads to the next page.",
         .query = {"page", "page_size", "name", "enabled"},
         .answer = "Schedules",
         .handle = list_schedules},
        {.pattern = "/schedules/{id}",
         .summary = "A schedule, and when it fires next.",
         .answer = "Schedule",
         .errors = {404},
         .handle = show_schedule},
        {.method = Method::patch,
         .pattern = "/schedules/{id}",
         .summary = "Replaces some members. With other times, or enabled again, it owes nothing of "
                    "what was before.",
         .body = "ScheduleChange",
         .answer = "Schedule",
         .errors = {404, 409, 413, 415},
         .body_bytes_max = schedule_bytes_max,
         .handle = change_schedule},
        {.method = Method::delete_,
         .pattern = "/schedules/{id}",
         .summary = "Removes a schedule and its history. Its batches stay.",
         .answer = "DeletedSchedule",
         .errors = {404},
         .handle = delete_schedule},
        {.pattern = "/schedules/{id}/runs",
         .summary = "What became of its latest ticks, newest first.",
         .query = {"page", "page_size"},
         .answer = "Ticks",
         .errors = {404},
         .handle = list_ticks},
    };
}

} // namespace sluice
