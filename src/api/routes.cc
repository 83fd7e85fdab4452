// SPDX-License-Identifier: Apache-2.0
#include "api/routes.h"

#include "api/protocol.h"
#include "api/store_breaker.h"
#include "store/store.h"

namespace sluice {

namespace {

// What is new is sent away first: what is under way is to end.
bool is_full(Api& api, const Operation& operation)
{
    if (operation.method == Method::get)
        return false;
    const bool is_new = operation.method == Method::post && operation.status == 201;
    const std::size_t limit = api.options.writes_waiting_max * (is_new ? 1 : 2);
    return api.store().queued() >= limit;
}

// Everything that is not open to everybody needs the database.
Async<Response> ask_database(Api& api, const Operation& operation, const Request& request)
{
    if (operation.without_database) {
        Response response = co_await operation.handle(api, request);
        co_return response;
    }
    if (is_full(api, operation)) {
        api.metrics.service.store.overloaded();
        co_return error_response(503, "the server is full: too many writes wait for the database");
    }
    std::optional<StoreBreaker::Pass> pass = api.breaker.enter();
    if (!pass)
        co_return api.breaker.refusal();
    Response response = co_await operation.handle(api, request);
    pass->answered(response.status);
    // The log says why; paths and sockets are none of the client's business.
    if (response.status == 503 && api.store().failing_for() != Micros(0))
        co_return error_response(503, "the database does not answer");
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
         {health_operations, job_operations, datum_operations, worker_operations, log_operations,
          task_operations, task_history_operations, batch_operations, group_operations,
          delivery_operations, event_operations, metrics_operations, schedule_operations,
          audit_operations, definition_operations})
        for (Operation& operation : list())
            all.push_back(std::move(operation));
    return all;
}

namespace {

// Nothing: the server's limit.
std::optional<std::size_t> body_bytes_max(const Api& api, const Operation& operation)
{
    if (operation.method == Method::post && operation.pattern == "/task")
        return api.options.submission_bytes_max;
    return operation.body_bytes_max;
}

} // namespace

Router make_router(Api& api, const std::vector<Operation>& operations)
{
    Router router;
    for (const Operation& operation : operations) {
        Route route;
        route.method = operation.method;
        route.pattern = operation.pattern;
        route.access = operation.access;
        route.body_bytes_max = body_bytes_max(api, operation);
        route.handle = [&api, operation](const Request& request) {
            return handle(api, operation, request);
        };
        router.add(std::move(route));
    }
    return router;
}

} // namespace sluice
