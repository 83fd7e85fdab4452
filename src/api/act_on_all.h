// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/respond.h"
#include "api/routes.h"
#include "api/task_errors.h"
#include "store/requests.h"
#include "tasks/tasks.h"

#include <string>
#include <utility>

namespace sluice {

// A handler that cancels, pauses or resumes all tasks of what the path names, and tells how many
// they were: a method of Tasks, how the answer begins (of the id), and what it adds (wire_batch.h).
template <auto action, auto named, auto to_json>
Async<Response> act_on_all(Api& api, const Request& request)
{
    std::string id = request.path_field("id");
    std::string actor = actor_of(request);
    const Result<Affected> affected = co_await (api.tasks.*action)(id, std::move(actor));
    if (!affected)
        co_return refused_action(affected.error());
    co_return json_response(200, to_json(named(id), *affected));
}

} // namespace sluice
