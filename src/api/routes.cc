// SPDX-License-Identifier: Apache-2.0
#include "api/routes.h"

#include "api/protocol.h"
#include "api/store_breaker.h"

namespace sluice {

namespace {

// Everything that is not open to everybody needs the database.
Async<Response> ask_database(Api& api, const Operation& operation, const Request& request)
{
    std::optional<StoreBreaker::Pass> pass = api.breaker.enter();
    if (!pass)
        co_return api.breaker.refusal();
    Response response = co_await operation.handle(api, request);
    pass->answered(response.status);
    co_return response;
}

Async<Response> handle(Api& api, const Operation& operation, const Request& request)
{
    Response response;
    const std::optional<std::string> mismatch = protocol_mismatch(request.headers, "client");
    if (operation.access == Access::open) {
        Response answered = co_await operation.handle(api, request);
        response = std::move(answered);
    } else if (mismatch) {
        response = error_response(400, *mismatch);
    } else {
        Response answered = co_await ask_database(api, operation, request);
        response = std::move(answered);
    }
    response.headers.add(protocol_header, protocol_version);
    co_return response;
}

} // namespace

std::vector<Operation> all_operations()
{
    std::vector<Operation> all;
    for (auto list :
         {health_operations, job_operations, datum_operations, worker_operations, task_operations,
          task_history_operations, batch_operations, group_operations, delivery_operations,
          event_operations, metrics_operations, schedule_operations, audit_operations,
          definition_operations})
        for (Operation& operation : list())
            all.push_back(std::move(operation));
    return all;
}

Router make_router(Api& api, const std::vector<Operation>& operations)
{
    Router router;
    for (const Operation& operation : operations) {
        Route route;
        route.method = operation.method;
        route.pattern = operation.pattern;
        route.access = operation.access;
        route.body_bytes_max = operation.body_bytes_max;
        route.handle = [&api, operation](const Request& request) {
            return handle(api, operation, request);
        };
        router.add(std::move(route));
    }
    return router;
}

} // namespace sluice
