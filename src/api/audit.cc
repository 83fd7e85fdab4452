// SPDX-License-Identifier: Apache-2.0
// /audit: who did what.
#include "api/respond.h"
#include "api/routes.h"
#include "api/task_answers.h"
#include "api/task_errors.h"
#include "api/wire_audit.h"
#include "tasks/tasks.h"

namespace sluice {

namespace {

Async<Response> list_audit(Api& api, const Request& request)
{
    Result<AuditQuery> query = read_audit_query(request, api.options.pages);
    if (!query)
        co_return typed_error(query.error());
    Json list = Json::array();
    if (!look_up_ids(api.tasks, *query))
        co_return json_response(200, list);
    const Result<ServiceReads::AuditPage> page = co_await api.tasks.audit(std::move(query->filter));
    if (!page)
        co_return typed_error(page.error());
    const SpellId spell = speller(api.tasks);
    for (const EventRow& event : page->events)
        list.push_back(audit_json(event, spell));
    Response response = json_response(200, list);
    if (page->next_cursor) {
        const std::string cursor = std::to_string(*page->next_cursor);
        response.headers.add("Link", next_link(request, "cursor", cursor));
    }
    co_return response;
}

} // namespace

std::vector<Operation> audit_operations()
{
    return {
        {.pattern = "/audit",
         .summary = "What users did, newest first. `Link: <…>; rel=\"next\"` leads to the next "
                    "page; one of a filter that finds little may be short.",
         .query =
             {"actor", "action", "object", "object_id", "after", "before", "page_size", "cursor"},
         .answer = "Audit",
         .handle = list_audit},
    };
}

} // namespace sluice
