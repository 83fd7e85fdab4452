// SPDX-License-Identifier: Apache-2.0
// GET /metrics: what this process has counted, and how the tasks of the database stand.
#include "api/routes.h"
#include "store/store.h"
#include "tasks/tasks.h"

namespace sluice {

namespace {

Async<Response> show_metrics(Api& api, const Request&)
{
    Result<TaskFigures> figures = co_await api.tasks.figures();
    if (figures) // else the last ones stand: what tells of an outage is read during it
        api.metrics.service.figures.set(*std::move(figures));
    api.metrics.service.store.queue_is(api.store().queued());
    Response response;
    response.content_type = std::string(Metrics::content_type);
    response.body = api.metrics.registry.text();
    co_return response;
}

} // namespace

std::vector<Operation> metrics_operations()
{
    return {
        {.pattern = "/metrics",
         .summary = "What the server has counted, as Prometheus reads it.",
         .content_type = "text/plain",
         .without_database = true,
         .handle = show_metrics},
    };
}

} // namespace sluice
