// SPDX-License-Identifier: Apache-2.0
#include "api/task_answers.h"

#include "api/auth.h"
#include "api/task_errors.h"
#include "tasks/tasks.h"

namespace sluice {

SpellId speller(const Tasks& tasks)
{
    return [&tasks](UidKind kind, Time created_at, std::int64_t key) {
        return tasks.uuid(kind, created_at, key);
    };
}

void drop_requesters(Json& body)
{
    Json& tasks = body.is_object() && body.contains("tasks") ? body["tasks"] : body;
    if (!tasks.is_array())
        return;
    for (Json& task : tasks)
        if (task.is_object())
            task.erase("requester");
}

void name_requester(const Request& request, Json& body)
{
    if (std::any_cast<Caller>(&request.identity))
        drop_requesters(body);
}

Response text_response(int status, std::string_view text)
{
    Response response;
    response.status = status;
    response.content_type = "text/plain; charset=utf-8";
    response.body = text;
    return response;
}

Result<std::string> dumped(const Result<Json>& json)
{
    if (!json)
        return json.error();
    return dump_json(*json);
}

Response json_text(int status, Result<std::string> text)
{
    if (!text)
        return typed_error(text.error());
    Response response;
    response.status = status;
    response.content_type = "application/json";
    response.body = std::move(*text);
    return response;
}

} // namespace sluice
