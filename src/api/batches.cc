// SPDX-License-Identifier: Apache-2.0
// /batch, /batches and /dag: what clients do with the tasks of one POST together.
#include "api/off_loop.h"
#include "api/respond.h"
#include "api/routes.h"
#include "api/shared_reads.h"
#include "api/task_answers.h"
#include "api/task_errors.h"
#include "api/wire_batch.h"
#include "api/wire_task_filter.h"
#include "api/wire_task_read.h"
#include "base/text.h"
#include "tasks/tasks.h"

namespace sluice {

namespace {

constexpr std::size_t bytes_per_task = 512; // of a light one, about
constexpr std::size_t bytes_per_link = 160;

Async<Response> show_batch(Api& api, const Request& request)
{
    const Result<BatchView> batch = co_await api.tasks.batch(request.path_field("id"));
    if (!batch)
        co_return typed_error(batch.error());
    co_return json_response(200, batch_json(*batch, speller(api.tasks)));
}

Async<Response> list_batches(Api& api, const Request& request)
{
    Result<BatchQuery> query = read_batch_query(request, api.options.pages);
    if (!query)
        co_return typed_error(query.error());
    const std::size_t limit = query->filter.limit;
    const Result<std::vector<BatchView>> batches =
        co_await api.tasks.batches(std::move(query->filter));
    if (!batches)
        co_return typed_error(batches.error());
    const SpellId spell = speller(api.tasks);
    Json list = Json::array();
    for (const BatchView& batch : *batches)
        list.push_back(listed_batch_json(batch, spell));
    Response response = json_response(200, list);
    if (batches->size() == limit)
        response.headers.add("Link", next_link(request, "page", query->next_page));
    co_return response;
}

using BatchAction = Async<Result<Affected>> (Tasks::*)(std::string id, std::string actor);
using AffectedJson = Json (*)(Json of, const Affected& affected);

Async<Response> act(Api& api, const Request& request, BatchAction action, AffectedJson to_json)
{
    std::string id = request.path_field("id");
    std::string actor = actor_of(request);
    const Result<Affected> affected = co_await (api.tasks.*action)(id, std::move(actor));
    if (!affected)
        co_return refused_action(affected.error());
    co_return json_response(200, to_json(Json{{"batch_id", to_lower(id)}}, *affected));
}

Async<Response> cancel_batch(Api& api, const Request& request)
{
    return act(api, request, &Tasks::cancel_batch, canceled_json);
}

Async<Response> pause_batch(Api& api, const Request& request)
{
    return act(api, request, &Tasks::pause_batch, paused_json);
}

Async<Response> resume_batch(Api& api, const Request& request)
{
    return act(api, request, &Tasks::resume_batch, resumed_json);
}

Async<Response> set_rules(Api& api, const Request& request)
{
    std::string id = request.path_field("id");
    if (!api.tasks.batch_id(id))
        co_return no_such("batch", id);
    const Body body = co_await read_json(api, request);
    if (const Response* refusal = std::get_if<Response>(&body))
        co_return *refusal;
    Checked<RulesEdit> edit = read_rules_edit(std::get<Json>(body));
    if (!edit)
        co_return refused_body(edit.error());
    std::vector<TaskRule> rules = edit->rules;
    const Result<std::vector<Problem>> problems =
        co_await api.tasks.definitions().check_rules(std::move(rules));
    if (!problems)
        co_return typed_error(problems.error());
    if (!problems->empty())
        co_return refused_body(*problems);
    std::string kind = edit->kind;
    std::string actor = actor_of(request);
    const Result<std::size_t> updated = co_await api.tasks.set_batch_rules(
        id, std::move(kind), std::move(edit->document), std::move(actor)
    );
    if (!updated)
        co_return typed_error(updated.error());
    const Json answer{
        {"batch_id", to_lower(id)}, {"kind", edit->kind}, {"updated_count", *updated}};
    co_return json_response(200, answer);
}

// The text of a graph, which is written page by page.
struct DagText {
    std::string tasks;
    std::string links;
    Time created_at; // of the batch
};

Async<Result<void>> write_tasks(Api& api, std::string id, DagText& dag)
{
    const SpellId spell = speller(api.tasks);
    for (TaskId after;;) {
        const Result<std::vector<TaskView>> page = co_await api.tasks.dag_tasks(id, after);
        if (!page)
            co_return page.error();
        if (page->empty())
            co_return Result<void>();
        after = page->back().task.row.id;
        dag.created_at = page->front().run_created_at;
        auto write = [&] { return add_tasks(dag.tasks, *page, spell); };
        co_await off_loop(api, page->size() * bytes_per_task, std::move(write));
    }
}

Async<Result<void>> write_links(Api& api, std::string id, DagText& dag)
{
    const SpellId spell = speller(api.tasks);
    for (TaskId after;;) {
        const Result<std::vector<LinkRow>> page = co_await api.tasks.dag_links(id, after);
        if (!page)
            co_return page.error();
        if (page->empty())
            co_return Result<void>();
        after = page->back().parent;
        auto write = [&] { return add_links(dag.links, *page, dag.created_at, spell); };
        co_await off_loop(api, page->size() * bytes_per_link, std::move(write));
    }
}

Async<Result<void>> write_outside_links(Api& api, std::string id, DagText& dag)
{
    const SpellId spell = speller(api.tasks);
    for (LinkRow after;;) {
        const Result<std::vector<OutsideLinkView>> page =
            co_await api.tasks.dag_outside_links(id, after);
        if (!page)
            co_return page.error();
        if (page->empty())
            co_return Result<void>();
        after = page->back().link;
        auto write = [&] { return add_outside_links(dag.links, *page, dag.created_at, spell); };
        co_await off_loop(api, page->size() * bytes_per_link, std::move(write));
    }
}

Async<Response> show_dag(Api& api, const Request& request)
{
    const std::string id = request.path_field("batch_id");
    if (!parse_uid(id))
        co_return no_such("batch", id);
    DagText dag;
    const Result<void> tasks = co_await write_tasks(api, id, dag);
    if (!tasks)
        co_return typed_error(tasks.error());
    const Result<void> links = co_await write_links(api, id, dag);
    if (!links)
        co_return typed_error(links.error());
    const Result<void> outside = co_await write_outside_links(api, id, dag);
    if (!outside)
        co_return typed_error(outside.error());
    std::string text = "{\"tasks\":[" + dag.tasks + "],\"links\":[" + dag.links + "]}";
    co_return json_text(200, std::move(text));
}

std::vector<Operation> look_operations()
{
    return {
        {.pattern = "/batch/{id}",
         .summary = "The counts of a batch. `total_expected` is null when a task says nothing.",
         .answer = "Batch",
         .errors = {404},
         .handle = shared<show_batch>},
        {.pattern = "/batches",
         .summary = "Batches of which one task is all of what is asked for, newest first. "
                    "`Link: <…>; rel=\"next\"` leads to the next page.",
         .query =
             {"page", "page_size", "name", "kind", "status", "created_after", "created_before"},
         .answer = "ListedBatches",
         .handle = shared<list_batches>},
        {.pattern = "/dag/{batch_id}",
         .summary = "The tasks of a batch and the links between them; empty for an unknown one.",
         .answer = "Dag",
         .errors = {404},
         .handle = shared<show_dag>},
    };
}

std::vector<Operation> change_operations()
{
    return {
        {.method = Method::delete_,
         .pattern = "/batch/{id}",
         .summary = "Cancels what is not final, all at once.",
         .answer = "CanceledBatch",
         .errors = {404},
         .handle = cancel_batch},
        {.method = Method::patch,
         .pattern = "/batch/{id}/pause",
         .summary = "Holds what is not final.",
         .answer = "PausedBatch",
         .errors = {404},
         .handle = pause_batch},
        {.method = Method::patch,
         .pattern = "/batch/{id}/resume",
         .summary = "Goes on with the paused tasks of a batch.",
         .answer = "ResumedBatch",
         .errors = {404},
         .handle = resume_batch},
        {.method = Method::patch,
         .pattern = "/batch/{id}/rules",
         .summary = "Replaces the rules of the tasks of one kind that are not final.",
         .body = "RulesEdit",
         .answer = "EditedRules",
         .errors = {404, 413, 415},
         .handle = set_rules},
    };
}

} // namespace

std::vector<Operation> batch_operations()
{
    std::vector<Operation> all;
    for (auto list : {look_operations, change_operations})
        for (Operation& operation : list())
            all.push_back(std::move(operation));
    return all;
}

} // namespace sluice
