// SPDX-License-Identifier: Apache-2.0
// /batch, /batches and /dag: what clients do with the tasks of one POST together.
#include "api/act_on_all.h"
#include "api/off_loop.h"
#include "api/respond.h"
#include "api/routes.h"
#include "api/shared_reads.h"
#include "api/task_answers.h"
#include "api/task_errors.h"
#include "api/wire_batch.h"
#include "api/wire_task_filter.h"
#include "api/wire_task_read.h"
#include "async/both.h"
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

Json batch_named(const std::string& id)
{
    return Json{{"batch_id", to_lower(id)}};
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

// A graph that becomes text, page by page.
struct Dag {
    std::string batch;
    Time created_at;
    std::string tasks;
    std::string links;
};

Async<Result<void>> write_tasks(Api& api, Dag& dag)
{
    const SpellId spell = speller(api.tasks);
    for (TaskId after;;) {
        const Result<std::vector<TaskView>> page = co_await api.tasks.dag_tasks(dag.batch, after);
        if (!page)
            co_return page.error();
        if (page->empty())
            co_return Result<void>();
        after = page->back().task.row.id;
        auto write = [&] { return add_tasks(dag.tasks, *page, spell); };
        co_await off_loop(api, page->size() * bytes_per_task, std::move(write));
    }
}

Async<Result<void>> write_inner_links(Api& api, Dag& dag)
{
    const SpellId spell = speller(api.tasks);
    for (TaskId after;;) {
        const Result<std::vector<LinkRow>> page = co_await api.tasks.dag_links(dag.batch, after);
        if (!page)
            co_return page.error();
        if (page->empty())
            co_return Result<void>();
        after = page->back().parent;
        auto write = [&] { return add_links(dag.links, *page, dag.created_at, spell); };
        co_await off_loop(api, page->size() * bytes_per_link, std::move(write));
    }
}

Async<Result<void>> write_outside_links(Api& api, Dag& dag)
{
    const SpellId spell = speller(api.tasks);
    for (LinkRow after;;) {
        const Result<std::vector<OutsideLinkView>> page =
            co_await api.tasks.dag_outside_links(dag.batch, after);
        if (!page)
            co_return page.error();
        if (page->empty())
            co_return Result<void>();
        after = page->back().link;
        auto write = [&] { return add_outside_links(dag.links, *page, dag.created_at, spell); };
        co_await off_loop(api, page->size() * bytes_per_link, std::move(write));
    }
}

Async<Result<void>> write_links(Api& api, Dag& dag)
{
    const Result<void> written = co_await write_inner_links(api, dag);
    if (!written)
        co_return written.error();
    co_return co_await write_outside_links(api, dag);
}

Async<Response> show_dag(Api& api, const Request& request)
{
    const std::string id = request.path_field("batch_id");
    if (!parse_uid(id))
        co_return no_such("batch", id);
    Dag dag{.batch = id, .created_at = {}, .tasks = {}, .links = {}};
    const Result<std::optional<Time>> created_at = co_await api.tasks.batch_created_at(id);
    if (!created_at)
        co_return typed_error(created_at.error());
    if (*created_at) {
        dag.created_at = **created_at;
        const Result<void> written = co_await both(write_tasks(api, dag), write_links(api, dag));
        if (!written)
            co_return typed_error(written.error());
    }
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
         .handle = act_on_all<&Tasks::cancel_batch, batch_named, canceled_json>},
        {.method = Method::patch,
         .pattern = "/batch/{id}/pause",
         .summary = "Holds what is not final.",
         .answer = "PausedBatch",
         .errors = {404},
         .handle = act_on_all<&Tasks::pause_batch, batch_named, paused_json>},
        {.method = Method::patch,
         .pattern = "/batch/{id}/resume",
         .summary = "Goes on with the paused tasks of a batch.",
         .answer = "ResumedBatch",
         .errors = {404},
         .handle = act_on_all<&Tasks::resume_batch, batch_named, resumed_json>},
        {.method = Method::patch,
         .pattern = "/batch/{id}/rules",
         .summary = "Replaces the rules of the tasks of one kind that are not final.",
         .body = "RulesEdit",
         .answer = "EditedRules",
         .errors = {404, 409, 413, 415},
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
