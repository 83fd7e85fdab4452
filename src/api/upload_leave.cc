// SPDX-License-Identifier: Apache-2.0
// /datums/{id}/upload_leave: an attempt goes on uploading.
#include "api/held_datum.h"
#include "api/respond.h"
#include "api/routes.h"
#include "api/wire_worker.h"
#include "batch/datum_executor.h"
#include "store/store.h"

namespace sluice {

namespace {

Async<Response> extend_leave(Api& api, const Request& request)
{
    const Body body = co_await read_json(api, request);
    if (const Response* refusal = std::get_if<Response>(&body))
        co_return *refusal;
    const Checked<LeaseRequest> asked = read_lease_request(std::get<Json>(body));
    if (!asked)
        co_return refused_body(asked.error());
    LeaseClaim claim{request.path_field("id"), asked->pod_name, asked->attempt};
    const Result<HeldDatum> held = co_await require_held(api, std::move(claim));
    if (!held)
        co_return refuse_worker(held.error());
    ExtendLeave extend;
    extend.task = held->task;
    extend.run = held->run;
    extend.attempt = held->attempt;
    extend.worker = held->worker;
    extend.leave = upload_leave;
    const Result<Micros> extended = co_await api.store().extend_leave(std::move(extend));
    if (!extended && extended.error().code == Errc::conflict)
        co_return error_response(403, extended.error().detail);
    if (!extended)
        co_return error_response(extended.error());
    Json answer = Json::object();
    answer["leave_ms"] = std::chrono::floor<std::chrono::milliseconds>(*extended).count();
    co_return json_response(200, answer);
}

} // namespace

std::vector<Operation> leave_operations()
{
    return {
        {.method = Method::post,
         .pattern = "/datums/{id}/upload_leave",
         .summary = "The attempt goes on uploading what it has announced: for so many milliseconds "
                    "more, counted from the request.",
         .body = "Lease",
         .answer = "UploadLeave",
         .errors = {404, 415},
         .handle = extend_leave},
    };
}

} // namespace sluice
