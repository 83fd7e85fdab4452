// SPDX-License-Identifier: Apache-2.0
// /rules and /actions: what is stored under an id, for tasks to refer to.
#include "api/respond.h"
#include "api/routes.h"
#include "api/task_answers.h"
#include "api/task_errors.h"
#include "api/wire_definition.h"
#include "api/wire_task_filter.h"
#include "base/text.h"
#include "tasks/tasks.h"

namespace sluice {

namespace {

using Kind = DefinitionKind;

Response answer(Api& api, int status, const Definitions::View& view)
{
    const Result<Json> json = definition_json(view, speller(api.tasks));
    return json ? json_response(status, *json) : typed_error(json.error());
}

Response refused(const Refusal& refusal)
{
    return refusal.code == Errc::invalid ? refused_body(refusal.problems)
                                         : typed_error(to_error(refusal));
}

template <Kind kind>
Async<Response> create(Api& api, const Request& request)
{
    Body body = co_await read_json(api, request);
    if (const Response* refusal = std::get_if<Response>(&body))
        co_return *refusal;
    std::string actor = actor_of(request);
    const Judged<Definitions::Created> created = co_await api.tasks.definitions().create(
        kind, std::get<Json>(std::move(body)), std::move(actor)
    );
    if (!created)
        co_return refused(created.error());
    co_return answer(api, created->is_new ? 201 : 200, created->view);
}

template <Kind kind>
Async<Response> list(Api& api, const Request& request)
{
    const Result<BatchQuery> query = read_batch_query(request, api.options.pages);
    if (!query)
        co_return typed_error(query.error());
    const Result<std::vector<Definitions::View>> views =
        co_await api.tasks.definitions().list(kind, query->filter.skip, query->filter.limit);
    if (!views)
        co_return typed_error(views.error());
    const SpellId spell = speller(api.tasks);
    Json list = Json::array();
    for (const Definitions::View& view : *views) {
        Result<Json> json = definition_json(view, spell);
        if (!json)
            co_return typed_error(json.error());
        list.push_back(std::move(*json));
    }
    Response response = json_response(200, list);
    if (views->size() == query->filter.limit)
        response.headers.add("Link", next_link(request, "page", query->next_page));
    co_return response;
}

template <Kind kind>
Async<Response> show(Api& api, const Request& request)
{
    const Result<Definitions::View> view =
        co_await api.tasks.definitions().find(kind, request.path_field("id"));
    co_return view ? answer(api, 200, *view) : typed_error(view.error());
}

template <Kind kind>
Async<Response> replace(Api& api, const Request& request)
{
    std::string id = request.path_field("id");
    const Result<Definitions::View> known = co_await api.tasks.definitions().find(kind, id);
    if (!known)
        co_return typed_error(known.error()); // whatever the body says
    Body body = co_await read_json(api, request);
    if (const Response* refusal = std::get_if<Response>(&body))
        co_return *refusal;
    std::string actor = actor_of(request);
    const Judged<Definitions::View> view = co_await api.tasks.definitions().replace(
        kind, std::move(id), std::get<Json>(std::move(body)), std::move(actor)
    );
    co_return view ? answer(api, 200, *view) : refused(view.error());
}

template <Kind kind>
Async<Response> remove(Api& api, const Request& request)
{
    const std::string id = request.path_field("id");
    std::string actor = actor_of(request);
    const Result<void> removed =
        co_await api.tasks.definitions().remove(kind, id, std::move(actor));
    if (!removed)
        co_return typed_error(removed.error());
    Json json = Json::object();
    json["id"] = to_lower(id);
    co_return json_response(200, json);
}

// What is said of each kind.
struct Words {
    std::string_view list_pattern;
    std::string_view pattern;
    std::string_view one; // schemas
    std::string_view many;
    std::string_view sent;
    std::string_view list; // summaries
    std::string_view create;
    std::string_view show;
    std::string_view replace;
    std::string_view remove;
};

template <Kind kind>
std::vector<Operation> operations_of(const Words& words)
{
    return {
        {.pattern = words.list_pattern,
         .summary = words.list,
         .query = {"page", "page_size"},
         .answer = words.many,
         .handle = list<kind>},
        {.method = Method::post,
         .pattern = words.list_pattern,
         .summary = words.create,
         .body = words.sent,
         .status = 201,
         .answer = words.one,
         .also = {200},
         .errors = {413, 415},
         .handle = create<kind>},
        {.pattern = words.pattern,
         .summary = words.show,
         .answer = words.one,
         .errors = {404},
         .handle = show<kind>},
        {.method = Method::put,
         .pattern = words.pattern,
         .summary = words.replace,
         .body = words.sent,
         .answer = words.one,
         .errors = {404, 413, 415},
         .handle = replace<kind>},
        {.method = Method::delete_,
         .pattern = words.pattern,
         .summary = words.remove,
         .answer = "DeletedDefinition",
         .errors = {404, 409},
         .handle = remove<kind>},
    };
}

constexpr Words rule_words{
    .list_pattern = "/rules",
    .pattern = "/rules/{id}",
    .one = "StoredRule",
    .many = "StoredRules",
    .sent = "NewRule",
    .list = "Stored rules, newest first. `Link: <…>; rel=\"next\"` leads to the next page.",
    .create =
        "Stores a rule, for tasks to refer to. When there is an equal one, and no other name is "
        "given, the answer is that one, with 200.",
    .show = "A stored rule, and how many tasks that are not final use it.",
    .replace = "Another rule in its place, also for the tasks that use it.",
    .remove = "Deletes a rule that no task uses which is not final."};

constexpr Words action_words{
    .list_pattern = "/actions",
    .pattern = "/actions/{id}",
    .one = "StoredAction",
    .many = "StoredActions",
    .sent = "NewAction",
    .list = "Stored actions, newest first. `Link: <…>; rel=\"next\"` leads to the next page.",
    .create =
        "Stores an action, for tasks to refer to. When there is an equal one, and no other name "
        "is given, the answer is that one, with 200.",
    .show = "A stored action.",
    .replace = "Another action in its place; tasks that there are keep what they have.",
    .remove = "Deletes a stored action; tasks that there are keep what they have."};

} // namespace

std::vector<Operation> definition_operations()
{
    std::vector<Operation> all = operations_of<Kind::rule>(rule_words);
    for (Operation& operation : operations_of<Kind::action>(action_words))
        all.push_back(std::move(operation));
    return all;
}

} // namespace sluice
