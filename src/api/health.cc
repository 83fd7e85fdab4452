// SPDX-License-Identifier: Apache-2.0
// /health, /ready, /version and the OpenAPI document: open to everybody.
#include "api/protocol.h"
#include "api/routes.h"
#include "api/store_probe.h"
#include "store/store.h"

namespace sluice {

namespace {

// Load balancers give up after a second.
constexpr std::chrono::milliseconds health_time{800};

Async<Response> show_health(Api& api, const Request&)
{
    const bool healthy = co_await api.probe.answers(health_time);
    const Store::Connections connections = api.store().connections();
    const Json body{
        {"status", healthy ? "ok" : "degraded"},
        {"database", healthy ? "healthy" : "unhealthy"},
        {"pool_size", connections.all},
        {"pool_idle", connections.idle}};
    co_return json_response(healthy ? 200 : 503, body);
}

Async<Response> show_ready(Api& api, const Request&)
{
    std::string reason;
    if (api.draining) {
        reason = "the server is stopping";
    } else {
        const bool healthy = co_await api.probe.answers(health_time);
        if (!healthy)
            reason = "the database does not answer";
    }
    Json body{{"status", reason.empty() ? "ready" : "not_ready"}};
    if (!reason.empty())
        body["reason"] = reason;
    // Jobs are taken meanwhile, and all that is no job's works.
    if (const std::string trouble = api.jobs.cluster_trouble(); !trouble.empty())
        body["trouble"] = "Kubernetes cannot be reached: " + trouble;
    co_return json_response(reason.empty() ? 200 : 503, body);
}

// From now on as while it stops; it stops when it is told to.
Async<Response> drain(Api& api, const Request&)
{
    api.draining = true;
    co_return Response{204};
}

Async<Response> show_version(Api& api, const Request&)
{
    const Json body{
        {"name", "sluice"}, {"version", api.options.version}, {"protocol", protocol_version}};
    co_return json_response(200, body);
}

Async<Response> show_document(Api& api, const Request&)
{
    co_return json_response(200, api.document);
}

} // namespace

std::vector<Operation> health_operations()
{
    return {
        {.pattern = "/health",
         .summary = "Does the server work? 503 when its database does not answer.",
         .answer = "Health",
         .access = Access::open,
         .handle = show_health},
        {.pattern = "/ready",
         .summary = "May requests be sent here? 503 while the server stops or its database is "
                    "away.",
         .answer = "Ready",
         .access = Access::open,
         .handle = show_ready},
        {.method = Method::post,
         .pattern = "/drain",
         .summary = "Says that this server will stop: /ready is 503 from now on, so that load "
                    "balancers send nobody any more. Everything goes on to be answered.",
         .status = 204,
         .without_database = true,
         .handle = drain},
        {.pattern = "/version",
         .summary = "The program's version and the protocol that it speaks.",
         .answer = "Version",
         .access = Access::open,
         .handle = show_version},
        {.pattern = "/openapi.json",
         .summary = "This document.",
         .answer = "Document",
         .access = Access::open,
         .handle = show_document},
        {.pattern = "/api-docs/openapi.json",
         .summary = "The same, where clients of Task Runner look for it.",
         .answer = "Document",
         .access = Access::open,
         .handle = show_document},
    };
}

} // namespace sluice
