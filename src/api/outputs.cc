// SPDX-License-Identifier: Apache-2.0
// /datums/{id}/output_files: a worker announces its outputs before it uploads them, and tells when
// they are there.
#include "api/held_datum.h"
#include "api/respond.h"
#include "api/routes.h"
#include "api/wire.h"
#include "api/wire_worker.h"
#include "base/text.h"
#include "batch/datum_executor.h"
#include "store/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace sluice {

namespace {

// The paths that the URIs stand for, or what is wrong with each of the others.
Checked<std::vector<std::string>>
paths_of(const ObjectUri& egress, const std::vector<std::string>& uris)
{
    Problems problems;
    std::vector<std::string> paths;
    const Path root;
    const Path list(root, "output_files");
    for (std::size_t i = 0; i < uris.size(); ++i) {
        const Path item(list, i);
        const Path place(item, "uri");
        Result<std::string> path = output_path(egress, uris[i]);
        if (path)
            paths.push_back(std::move(*path));
        else
            problems.add(place, path.error().detail);
    }
    if (!problems.empty())
        return problems.take();
    return paths;
}

Async<Result<std::vector<OutputRow>>> outputs_of(Api& api, const HeldDatum& held)
{
    auto look = [run = held.run, task = held.task](Reads& reads) {
        return reads.outputs(run, task);
    };
    Result<std::vector<OutputRow>> rows = co_await api.store().read(look);
    if (rows)
        std::erase_if(*rows, [&](const OutputRow& row) { return row.attempt != held.attempt; });
    co_return rows;
}

bool is_another_set(const std::vector<OutputRow>& rows, const std::vector<std::string>& paths)
{
    std::set<std::string_view> registered;
    for (const OutputRow& row : rows)
        registered.insert(row.path);
    const std::set<std::string_view> asked(paths.begin(), paths.end());
    return !registered.empty() && registered != asked;
}

OutputPlace output_place(const Store& store, const JobFacts& job, TaskId datum)
{
    return {job.id, datum_id(store, job, datum), as_folder(job.pipeline->egress)};
}

Async<Response>
announce(Api& api, const HeldDatum& held, const OutputPlace& place, std::vector<std::string> paths)
{
    const Result<std::vector<OutputRow>> before = co_await outputs_of(api, held);
    if (!before)
        co_return error_response(before.error());
    if (is_another_set(*before, paths))
        co_return error_response(403, "this attempt has registered another set of outputs before");
    RegisterOutputs request;
    request.task = held.task;
    request.run = held.run;
    request.attempt = held.attempt;
    request.worker = held.worker;
    request.paths = std::move(paths);
    request.leave = upload_leave;
    const Stop never; // the worker that goes away takes its request along
    const Result<OutputsRegistered> registered =
        co_await register_outputs(api.store(), api.jobs.sweeper(), std::move(request), never);
    if (!registered)
        co_return error_response(registered.error());
    Json body = Json::object();
    body["output_files"] = output_files_json(place, registered->outputs);
    body["leave_ms"] = std::chrono::floor<std::chrono::milliseconds>(registered->leave).count();
    co_return json_response(200, body);
}

Async<Response> register_files(Api& api, const Request& request)
{
    const Body body = co_await read_json(api, request);
    if (const Response* refusal = std::get_if<Response>(&body))
        co_return *refusal;
    const Checked<NewOutputs> outputs = read_new_outputs(std::get<Json>(body));
    if (!outputs)
        co_return refused_body(outputs.error());
    const std::string& id = request.path_field("id");
    LeaseClaim claim{id, outputs->pod_name, outputs->attempt};
    const Result<HeldDatum> held = co_await require_held(api, std::move(claim));
    if (!held)
        co_return refuse_worker(held.error());
    const Result<std::shared_ptr<const JobFacts>> job = co_await api.jobs.facts(held->run);
    if (!job)
        co_return error_response(job.error());
    const OutputPlace place = output_place(api.store(), **job, held->task);
    Checked<std::vector<std::string>> paths = paths_of(place.egress, outputs->uris);
    if (!paths)
        co_return refused_body(paths.error());
    co_return co_await announce(api, *held, place, std::move(*paths));
}

// The paths of the files that are done. Errors (not_found): an id that is none of the datum's.
Result<std::vector<std::string>>
done_paths(std::string_view datum, const std::vector<OutputRow>& rows, const OutputChanges& changes)
{
    std::map<std::string, std::string> path_of;
    for (const OutputRow& row : rows)
        path_of.emplace(file_id(datum, FileSide::output, row.path), row.path);
    std::vector<std::string> paths;
    for (const OutputChange& change : changes.files) {
        const auto path = path_of.find(change.id);
        if (path == path_of.end())
            return Error{
                Errc::not_found,
                fmt::format("no output file '{}' of this attempt", printable(change.id))};
        if (change.status == OutputChange::Status::done)
            paths.push_back(path->second);
    }
    return paths;
}

Async<Response> change_files(Api& api, const Request& request)
{
    const Body body = co_await read_json(api, request);
    if (const Response* refusal = std::get_if<Response>(&body))
        co_return *refusal;
    const Checked<OutputChanges> changes = read_output_changes(std::get<Json>(body));
    if (!changes)
        co_return refused_body(changes.error());
    const std::string& id = request.path_field("id");
    LeaseClaim claim{id, changes->pod_name, changes->attempt};
    const Result<HeldDatum> held = co_await find_held(api, std::move(claim));
    if (!held)
        co_return refuse_worker(held.error());
    const Result<std::vector<OutputRow>> rows = co_await outputs_of(api, *held);
    if (!rows)
        co_return error_response(rows.error());
    Result<std::vector<std::string>> paths = done_paths(id, *rows, *changes);
    if (!paths && held->is_held)
        co_return error_response(paths.error());
    if (!paths)
        paths = std::vector<std::string>(); // what was removed has no path; the leave ends
    OutputsUploaded uploaded;
    uploaded.task = held->task;
    uploaded.run = held->run;
    uploaded.attempt = held->attempt;
    uploaded.worker = held->worker;
    uploaded.paths = std::move(*paths);
    const Result<bool> noted = co_await api.store().outputs_uploaded(std::move(uploaded));
    if (!noted && noted.error().code == Errc::conflict)
        co_return error_response(403, noted.error().detail);
    co_return noted ? no_content() : error_response(noted.error());
}

} // namespace

std::vector<Operation> output_operations()
{
    return {
        {.method = Method::post,
         .pattern = "/datums/{id}/output_files",
         .summary = "Announces all outputs of an attempt before the first upload. The same set "
                    "again has the same answer, another one is refused with 403; 409 names the "
                    "datum that has written a file of that name.",
         .body = "NewOutputs",
         .answer = "OutputFiles",
         .errors = {404, 409, 415},
         .handle = register_files},
        {.method = Method::patch,
         .pattern = "/datums/{id}/output_files",
         .summary = "The uploads are over.",
         .body = "OutputChanges",
         .status = 204,
         .errors = {404, 415},
         .handle = change_files},
    };
}

} // namespace sluice
