// SPDX-License-Identifier: Apache-2.0
// /deliveries: the webhooks that tasks owe, and those that could not be delivered.
#include "api/respond.h"
#include "api/routes.h"
#include "api/task_answers.h"
#include "api/task_errors.h"
#include "api/wire_delivery.h"
#include "api/wire_task_filter.h"
#include "api/wire_task_read.h"
#include "tasks/tasks.h"

namespace sluice {

namespace {

Json redelivered_json(std::size_t count)
{
    Json json = Json::object();
    json["redelivered"] = count;
    return json;
}

// The ids in a query become keys. False: one is of nothing here, so that nothing is asked for.
bool look_up(const Tasks& tasks, DeliveryQuery& query)
{
    ServiceReads::DeliveryFilter& filter = query.filter;
    if (query.task)
        filter.task = tasks.task_id(*query.task);
    if (query.batch)
        filter.run = tasks.batch_id(*query.batch);
    if (query.before)
        filter.before = tasks.delivery_id(*query.before).value_or(DeliveryId{});
    const bool is_unknown = (query.task && !filter.task) || (query.batch && !filter.run) ||
                            (query.before && !filter.before);
    return !is_unknown;
}

Async<Response> list_deliveries(Api& api, const Request& request)
{
    Result<DeliveryQuery> query = read_delivery_query(request, api.options.pages);
    if (!query)
        co_return typed_error(query.error());
    Json list = Json::array();
    if (!look_up(api.tasks, *query))
        co_return json_response(200, list);
    const std::size_t limit = query->filter.limit;
    const Result<std::vector<ServiceReads::DeliveryView>> deliveries =
        co_await api.tasks.deliveries(std::move(query->filter));
    if (!deliveries)
        co_return typed_error(deliveries.error());
    const SpellId spell = speller(api.tasks);
    for (const ServiceReads::DeliveryView& delivery : *deliveries)
        list.push_back(delivery_json(delivery, spell));
    Response response = json_response(200, list);
    if (deliveries->size() == limit) {
        const std::string last = list.back()["id"];
        response.headers.add("Link", next_link(request, "before", last));
    }
    co_return response;
}

Async<Response> show_delivery(Api& api, const Request& request)
{
    const Result<ServiceReads::DeliveryView> delivery =
        co_await api.tasks.delivery(request.path_field("id"));
    if (!delivery)
        co_return typed_error(delivery.error());
    co_return json_response(200, delivery_json(*delivery, speller(api.tasks)));
}

Async<Response> redeliver(Api& api, const Request& request)
{
    std::string id = request.path_field("id");
    std::string actor = actor_of(request);
    const Result<std::size_t> count = co_await api.tasks.redeliver(std::move(id), std::move(actor));
    if (!count)
        co_return refused_action(count.error());
    if (*count == 0)
        co_return typed_error(400, "a delivery that is not dead cannot be sent again");
    co_return json_response(200, redelivered_json(*count));
}

Async<Response> redeliver_all(Api& api, const Request& request)
{
    const Body body = co_await read_json(api, request);
    if (const Response* refusal = std::get_if<Response>(&body))
        co_return *refusal;
    Checked<RedeliverFilter> asked = read_redeliver_filter(std::get<Json>(body));
    if (!asked)
        co_return refused_body(asked.error());
    DeliveryQuery query;
    query.filter.status = DeliveryStatus::dead;
    query.filter.trigger = asked->trigger;
    query.task = std::move(asked->task);
    query.batch = std::move(asked->batch);
    if (!look_up(api.tasks, query))
        co_return json_response(200, redelivered_json(0));
    std::string actor = actor_of(request);
    const Result<std::size_t> count =
        co_await api.tasks.redeliver(std::move(query.filter), std::move(actor));
    co_return count ? json_response(200, redelivered_json(*count)) : typed_error(count.error());
}

} // namespace

std::vector<Operation> delivery_operations()
{
    return {
        {.pattern = "/deliveries",
         .summary = "Webhooks of ended attempts, newest first. `Link: <…>; rel=\"next\"` leads to "
                    "the next page.",
         .query = {"status", "task_id", "batch_id", "trigger", "page_size", "before"},
         .answer = "Deliveries",
         .handle = list_deliveries},
        {.pattern = "/deliveries/{id}",
         .summary = "A delivery with the answer to its last try.",
         .answer = "Delivery",
         .errors = {404},
         .handle = show_delivery},
        {.method = Method::post,
         .pattern = "/deliveries/{id}/redeliver",
         .summary = "A dead delivery is owed again, with all its tries.",
         .answer = "Redelivered",
         .errors = {404},
         .handle = redeliver},
        {.method = Method::post,
         .pattern = "/deliveries/redeliver",
         .summary = "So are all dead ones that the filter selects; `{}` selects all.",
         .body = "RedeliverFilter",
         .answer = "Redelivered",
         .errors = {413, 415},
         .handle = redeliver_all},
    };
}

} // namespace sluice
