// SPDX-License-Identifier: Apache-2.0
#include "api/http_channel.h"

#include "api/wire_worker.h"
#include "model/object_uri.h"

#include <fmt/format.h>

namespace sluice {

namespace {

// The server removes what earlier attempts have left first.
constexpr std::chrono::minutes registration_time{6};

// For the runner, whoever does not hold the datum any more is superseded.
Error superseded(Error error)
{
    if (error.code == Errc::unauthorized)
        error.code = Errc::conflict;
    return error;
}

// Counted from when it was asked for: the server has granted it later.
Leave leave_of(const Json& answer, Micros asked_at)
{
    Leave leave;
    const auto length = answer.find("leave_ms");
    if (length != answer.end() && length->is_number_integer())
        leave.until = asked_at + std::chrono::milliseconds(length->get<std::int64_t>());
    return leave;
}

std::string member(const Json& json, const char* key)
{
    return json.is_object() && json.contains(key) && json[key].is_string()
               ? json[key].get<std::string>()
               : "";
}

} // namespace

std::string HttpChannel::uri_of(std::string_view path) const
{
    ObjectUri uri = as_folder(work_.pipeline->egress);
    uri.path.append(path);
    return format_uri(uri);
}

Async<Result<Leave>> HttpChannel::register_outputs(std::vector<std::string> paths)
{
    NewOutputs outputs;
    outputs.pod_name = pod_name_;
    outputs.attempt = work_.attempt;
    for (const std::string& path : paths)
        outputs.uris.push_back(uri_of(path));
    ApiClient::Call call;
    call.method = Method::post;
    call.path = fmt::format("/datums/{}/output_files", work_.datum_id);
    call.answer_bytes_max = ApiClient::datum_answer_bytes_max;
    call.json = to_json(outputs);
    call.time = registration_time;
    const Micros asked_at = clock_.since_boot();
    const Result<ApiClient::Answer> answer = co_await callers_.patient(std::move(call));
    if (!answer)
        co_return superseded(answer.error());
    if (answer->json.is_object() && answer->json.contains("output_files"))
        for (const Json& file : answer->json["output_files"])
            ids_[member(file, "uri")] = member(file, "id");
    co_return leave_of(answer->json, asked_at);
}

Async<Result<Leave>> HttpChannel::extend_leave()
{
    LeaseRequest request;
    request.pod_name = pod_name_;
    request.attempt = work_.attempt;
    ApiClient::Call call;
    call.method = Method::post;
    call.path = fmt::format("/datums/{}/upload_leave", work_.datum_id);
    call.json = to_json(request);
    const Micros asked_at = clock_.since_boot();
    const Result<ApiClient::Answer> answer = co_await callers_.once(std::move(call));
    if (!answer)
        co_return superseded(answer.error());
    co_return leave_of(answer->json, asked_at);
}

Async<Result<void>> HttpChannel::outputs_uploaded(std::vector<std::string> paths)
{
    OutputChanges changes;
    changes.pod_name = pod_name_;
    changes.attempt = work_.attempt;
    for (const std::string& path : paths)
        changes.files.push_back({ids_[uri_of(path)], OutputChange::Status::done});
    ApiClient::Call call;
    call.method = Method::patch;
    call.path = fmt::format("/datums/{}/output_files", work_.datum_id);
    call.json = to_json(changes);
    const Result<ApiClient::Answer> answer = co_await callers_.patient(std::move(call));
    if (!answer)
        co_return superseded(answer.error());
    co_return Result<void>();
}

} // namespace sluice
